### 채팅에서 답 말고 사서가 하는 말

talk-empty = 무엇이든 물어보세요. 팀 문서에서 답을 찾아 드립니다. 다른 기능은 /docs help에서 볼 수 있습니다.
talk-limit = 짧은 시간에 질문이 많았습니다. { $seconds }초 뒤에 다시 물어봐 주세요.
talk-limit-at-once = 앞에 하신 질문 여러 개에 아직 답하고 있습니다. 하나가 끝나면 다시 물어봐 주세요.
talk-interrupted = 답을 찾던 중에 멈췄습니다. 다시 물어봐 주세요.
talk-attachment = { $name } 파일은 쓰지 않았습니다. { $why }
talk-attachment-many = 질문 하나에 파일 { $most }개까지 읽습니다.
talk-attachment-large = { $most } MiB보다 큽니다. /docs add로 추가한 뒤 다시 물어봐 주세요.
talk-attachment-long = 질문 하나에 읽기에는 글이 너무 깁니다. /docs add로 추가한 뒤 다시 물어봐 주세요.
talk-attachment-gone = 파일을 받아 오지 못했습니다.
talk-attachment-no-question = { $names } 파일에서 무엇을 알고 싶으신가요? 파일을 질문과 함께 보내 주세요.
talk-audience-outsiders = 팀 밖의 사람도 이 채널을 보기 때문에 이 채널의 문서에서만 찾았습니다.
talk-audience-unknown-channel = 이 채널을 누가 보는지 확인하지 못해 이 채널의 문서에서만 찾았습니다.
talk-audience-unknown-person = 누구신지 확인하지 못해 본인만 보려고 추가한 문서에서만 찾았습니다.
talk-audience-unknown-channels = 어느 채널에 계신지 확인하지 못해 채널의 문서는 빼고 찾았습니다.
talk-stop-over = 이미 끝난 답입니다.
talk-stop-not-yours = 질문한 분이나 관리자만 이 답을 멈출 수 있습니다.
talk-share-gone = 이 답은 이제 보관되어 있지 않거나 근거 문서가 없어졌습니다. 다시 물어봐 주세요.
talk-share-not-allowed = 이 채널의 모두가 볼 수는 없는 문서를 쓴 답이라 여기에 공유할 수 없습니다.
talk-share-again = 이미 이 채널에 공유한 답입니다.
talk-unknown-rights = 권한을 확인하지 못했습니다. 잠시 뒤에 다시 해 주세요.
talk-unknown-command = { $name } 명령은 없습니다.
talk-help = /docs 뒤에 쓰는 명령:
talk-help-help = `help`: 이 도움말
talk-help-list = `list [단어]`: 볼 수 있는 문서
talk-help-show = `show 번호`: 문서 하나
talk-help-add = `add`: 파일이나 글을 추가하는 창을 엽니다. 바로 추가하려면 `add 제목`, 그다음 줄부터 본문, 또는 `add 링크`: 이 채널에 추가합니다(DM에서는 본인만 봅니다)
talk-help-approve = `approve`: 고쳐 달라는 의견, `approve 번호` 또는 `approve 질문`과 그다음 줄부터 답: 승인된 답으로 둡니다(관리자)
talk-help-remove = `remove 번호`: 문서를 지웁니다(추가한 분이나 관리자)
talk-help-status = `status`: 문서가 얼마나 최신인지
talk-help-reindex = `reindex`: 모든 폴더를 지금 다시 살핍니다(관리자)
talk-help-forget = `forget 폴더`: `status`에 없어졌다고 나온 파일을 색인에서 지웁니다(관리자)
talk-help-followups = `followups on` 또는 `followups off`: 이 채널의 제 스레드에서 멘션 없이도 답할지
talk-list = 문서 { $count }개:
talk-list-more = … 그리고 { $count }개 더 있습니다. 단어를 덧붙이면 줄어듭니다.
talk-list-none = 볼 수 있는 문서 가운데 “{ $wanted }”에 맞는 것이 없습니다.
talk-several = 맞는 문서가 { $count }개입니다. 하나의 번호를 적어 주세요:
talk-which = 어느 문서인가요? /docs list에 나오는 번호를 적어 주세요.
talk-scope = 공개 범위 { $scope }
talk-show = { $name }, 공개 범위 { $scope }, { $date } 수정, 단락 { $passages }개
talk-status = 볼 수 있는 문서는 { $count }개입니다.
talk-status-refreshed = { $minutes ->
    [0] 방금 폴더를 살폈습니다.
   *[other] { $minutes }분 전에 폴더를 살폈습니다.
}
talk-status-never = 아직 폴더를 살피지 않았습니다.
talk-status-running = 지금 폴더를 살피고 있습니다. { $stage }: { $figures }
talk-status-problems = 쓰지 못한 파일이 { $count }개 있습니다. 컴퓨터에서 saseo doctor를 실행하면 자세히 나옵니다.
talk-status-overdue = { $when }까지 폴더를 살폈어야 하는데 그러지 못했습니다. 로그를 보거나 /docs reindex를 실행해 주세요.
talk-status-missing = { $folder } 폴더에서 문서 { $known }개 가운데 { $missing }개가 한꺼번에 없어졌습니다. 색인에는 그대로 있습니다. 일부러 지웠다면: /docs forget { $folder }
talk-status-gone = { $folder } 폴더가 없습니다. 그 문서 { $known }개는 색인에 그대로 있습니다.
talk-followups-which = followups on 또는 followups off로 적어 주세요.
talk-followups-direct = DM에서는 언제나 답합니다. 이 설정은 채널에만 있습니다.
talk-followups-on = 이제 이 채널의 제 스레드에서는 멘션 없이도 답합니다.
talk-followups-off = 이제 이 채널에서는 멘션할 때만 답합니다.
talk-not-in-channel = 이 채널에 있는 분만 할 수 있습니다.
talk-remove-not-allowed = “{ $title }” 문서는 추가한 분이나 관리자만 지울 수 있습니다.
talk-removed = 지웠습니다: { $title }
talk-adding = { $count ->
    [1] 읽는 중…
   *[other] 파일 { $count }개를 읽는 중…
}
talk-added = 추가했습니다. 공개 범위 { $scope }:
talk-add-nothing = 추가할 것이 없습니다. 제목을 쓰고 줄을 바꾼 뒤 본문을 적거나, 링크를 적어 주세요.
talk-add-unreadable = { $name } 파일은 추가하지 않았습니다. { $why }
talk-add-team-not-allowed = 팀 전체에 추가하는 것은 관리자만 할 수 있습니다.
talk-forget-not-allowed = 관리자만 할 수 있습니다.
talk-forget-which = 어느 폴더인가요? 기다리는 폴더:
talk-forget-none = 확인을 기다리는 폴더가 없습니다.
talk-forget-forgotten = { $folder } 폴더의 문서 { $count }개를 색인에서 지웠습니다.
talk-forget-came-back = { $folder } 폴더의 파일이 다시 있어서 지울 것이 없습니다.
talk-forget-more-missing = { $folder } 폴더에서 /docs status에 나온 것보다 더 많은 파일이 없어져서 아무것도 지우지 않았습니다. 다시 확인해 주세요.
talk-forget-gone = { $folder } 폴더가 없어서 파일이 어떻게 되었는지 알 수 없으므로 아무것도 지우지 않았습니다. 더는 필요 없는 폴더라면 설정에서 빼 주세요.
talk-reindex-not-allowed = 관리자만 할 수 있습니다.
talk-reindexing = 폴더를 살피는 중…
talk-reindexing-at = 폴더를 살피는 중… { $total }개 가운데 { $done }개
talk-reindexed = 마쳤습니다. 추가 { $added }개, 변경 { $changed }개, 삭제 { $removed }개, 실패 { $failed }개.
feedback-none = 아직 답에 의견을 남긴 사람이 없습니다.
talk-add-later = 받아 두었지만 아직 읽지 못했습니다. 다음에 폴더를 살필 때 다시 읽습니다(/docs status).
talk-save-nothing = 저장할 글이 없습니다.
talk-show-added = { $date }에 { $name } 님이 추가함
talk-approve-not-allowed = 답은 관리자만 승인할 수 있습니다.
talk-approve-which = 승인을 기다리는 의견입니다. 번호를 적으면 그대로 승인된 답이 되고, 질문을 쓰고 줄을 바꿔 답을 적을 수도 있습니다:
talk-approve-none = 승인을 기다리는 의견이 없습니다. 질문을 쓰고 줄을 바꾼 뒤 답을 적어 주세요.
talk-approved-by = 승인된 답({ $name }, { $date })
