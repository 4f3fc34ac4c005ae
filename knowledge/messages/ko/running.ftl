### 실행

run-sample = 아직 폴더가 없어 예제 안내서를 색인합니다: { $folder } 내 문서를 더하려면: saseo index 폴더
run-no-chat-platforms = 채팅 토큰이 있지만 이 버전은 아직 Slack과 Discord에 연결하지 못합니다. 연결 없이 실행합니다.
run-serving = 터미널 없이 실행 중입니다. 멈출 때까지 문서를 최신으로 유지합니다.
run-stopped = 멈췄습니다.
cli-interrupted = 중단했습니다.
cli-nothing-done = 바꾼 것이 없습니다.
cli-unexpected = 예상하지 못한 문제가 생겼습니다(번호 { $incident }). 자세한 내용은 { $log } 파일에 같은 번호로 있고, --verbose를 붙이면 여기에 나옵니다.
cli-unexpected-early = 로그를 열기 전에 예상하지 못한 문제가 생겼습니다: { $error }: { $detail }. --verbose를 붙이면 더 나옵니다.
