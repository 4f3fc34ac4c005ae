### 실행

run-sample = 아직 폴더가 없어 예제 안내서를 색인합니다: { $folder } 내 문서를 추가하려면: saseo index 폴더
run-slack-connected = Slack에 연결했습니다: { $team }, 이름 { $bot }
run-slack-listening = Slack의 요청을 기다립니다: { $team }, 이름 { $bot }. 요청은 { $address } 주소로 들어옵니다(docs/slack.ko.md).
run-slack-needs-port = HTTP로 Slack을 쓰려면(SLACK_SIGNING_SECRET) HTTP_PORT가 필요합니다. 설정하는 법은 docs/slack.ko.md에 있습니다.
run-slack-needs-both = Slack에 연결하지 않았습니다. { $missing } 값이 없습니다. 어디서 찾는지는 docs/slack.ko.md에 있습니다.
run-discord-connected = { $reads ->
    [all] Discord에 연결했습니다: { $servers }, 이름 { $bot }
   *[mentions] Discord에 연결했습니다: { $servers }, 이름 { $bot }. 멘션한 메시지만 읽습니다. 멘션 없이 이어서 묻게 하려면 docs/discord.ko.md를 참고해 주세요.
}
run-discord-uninvited = Discord에 { $bot } 이름으로 연결했지만 아직 들어간 서버가 없습니다. 이 주소로 초대해 주세요: { $invitation }
run-chat-failed = 채팅 연결 하나가 멈췄습니다. 자세한 내용은 로그에 있습니다. 나머지는 계속합니다.
run-serving = 터미널 없이 실행 중입니다. 멈출 때까지 문서를 최신으로 유지합니다.
run-stopped = 멈췄습니다.
cli-interrupted = 중단했습니다.
cli-nothing-done = 바꾼 것이 없습니다.
cli-unexpected = 예상하지 못한 문제가 생겼습니다(번호 { $incident }). 자세한 내용은 { $log } 파일에 같은 번호로 있고, --verbose를 붙이면 여기에 나옵니다.
cli-unexpected-early = 로그를 열기 전에 예상하지 못한 문제가 생겼습니다: { $error }: { $detail }. --verbose를 붙이면 더 나옵니다.
