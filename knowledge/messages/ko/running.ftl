### 실행

run-sample = 아직 폴더가 없어 예제 안내서를 색인합니다: { $folder } 내 문서를 더하려면: saseo index 폴더
run-slack-connected = Slack에 연결했습니다: { $team }, 이름 { $bot }
run-slack-needs-both = Slack에는 SLACK_BOT_TOKEN과 SLACK_APP_TOKEN이 모두 필요한데 { $missing } 값이 없습니다. 어디서 찾는지는 docs/slack.ko.md에 있습니다.
run-no-discord = DISCORD_BOT_TOKEN이 있지만 이 버전은 아직 Discord에 연결하지 못합니다.
run-chat-failed = 채팅 연결 하나가 멈췄습니다. 자세한 내용은 로그에 있습니다. 나머지는 계속합니다.
run-serving = 터미널 없이 실행 중입니다. 멈출 때까지 문서를 최신으로 유지합니다.
run-stopped = 멈췄습니다.
cli-interrupted = 중단했습니다.
cli-nothing-done = 바꾼 것이 없습니다.
cli-unexpected = 예상하지 못한 문제가 생겼습니다(번호 { $incident }). 자세한 내용은 { $log } 파일에 같은 번호로 있고, --verbose를 붙이면 여기에 나옵니다.
cli-unexpected-early = 로그를 열기 전에 예상하지 못한 문제가 생겼습니다: { $error }: { $detail }. --verbose를 붙이면 더 나옵니다.
