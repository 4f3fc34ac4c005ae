### 출처와 답

source-page = { $first }쪽
source-pages = { $first }–{ $last }쪽
source-slide = 슬라이드 { $slide }
source-sheet = ‘{ $sheet }’ 시트
source-row = { $first }행
source-rows = { $first }–{ $last }행
answer-before = 전에도 같은 질문에 답했습니다({ $age })
source-attached = 질문에 붙은 파일
source-approved = 승인된 답
source-line = { $first }행
source-lines = { $first }–{ $last }행
answer-sources = 출처
answer-nearest = 가장 가까운 문서
answer-label-extractive = 언어 모델 없이 문서의 문장을 그대로 옮긴 답입니다.
answer-label-cached = 같은 질문에 같은 문서로 전에 드린 답입니다.
answer-label-stopped = 멈췄습니다.
answer-not-found = 문서에서 답을 찾지 못했습니다.{ $nearest ->
    [0] {""}
   *[other] { " " }가장 가까운 문서를 보여 드립니다.
}
answer-doubtful = 찾으시는 내용일 수 있어 옮겨 드립니다. 다만 문서에 답이 없을 수도 있습니다.
answer-link-removed = (링크 삭제)
answer-unexpected = 답하는 동안 예상하지 못한 문제가 생겼습니다. 다시 질문해 보시고, 또 그러면 Saseo를 운영하는 분께 알려 주세요.
answer-failed = { $message } (번호 { $incident }, 자세한 내용은 로그에 있습니다)
answer-label-why-not = { $why } 그래서 문서의 문장을 그대로 옮겼습니다.
answer-label-stale = 이 폴더의 문서치고 오래되었으니 아직 맞는지 확인해 주세요: { $sources }
source-stale = { $age }(오래됨)
answer-label-unsupported = 인용한 출처에서 확인하지 못한 내용이니 그대로 믿지 마세요: { $claims }
replaced-regenerated = (위의 글은 취소합니다. 답을 다시 씁니다.)
replaced-fallback = (위의 글은 취소합니다. 문서의 내용을 그대로 보여 드립니다.)
replaced-claim_removed = (위의 글은 취소합니다. 출처가 없는 내용이 있었습니다.)
stage-opening = 문서를 여는 중…
stage-warming = 모델을 올리면서 문서를 찾는 중…
stage-queued = { $position ->
    [0] 다음 차례입니다…
   *[other] 앞에 질문이 { $position }개 있습니다…
}
stage-queued-seconds = { $position ->
    [0] 다음 차례입니다. { $seconds }초쯤 걸립니다…
   *[other] 앞에 질문이 { $position }개 있습니다. { $seconds }초쯤 걸립니다…
}
stage-searching = 문서를 찾는 중…
stage-reading = 읽는 중…
stage-writing = 쓰는 중…
stage-restarting = Saseo를 다시 시작하는 중입니다. 질문은 남아 있고, 답은 여기에 이어집니다.
stage-found = 문서 { $count }개를 찾았습니다: { $titles }
