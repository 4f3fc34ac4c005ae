### 설정

env-did-you-mean = { $path } { $line }번째 줄: { $name } 설정은 없습니다. 혹시 { $meant } 아닌가요?
env-unreadable-line = { $path } { $line }번째 줄은 이름=값 형식이 아니어서 건너뜁니다.
setting-wrong = { $name } 값이 “{ $value }”입니다({ $where }). { $rule }
setting-wrong-unseen = { $name } ({ $where }): { $rule }
setting-place-environment = 환경 변수에서 읽음
setting-place-file = { $path } { $line }번째 줄
setting-place-command = 명령줄에서 읽음
setting-place-default = 값이 없음
setting-allowed-text = 글자를 적어야 합니다.
setting-allowed-choice = 쓸 수 있는 값: { $choices }
setting-allowed-integer = { $low }부터 { $high }까지의 정수여야 합니다.
setting-allowed-number = { $low }부터 { $high }까지의 숫자여야 합니다.
setting-allowed-url = 이렇게 시작하는 주소여야 합니다: { $schemes }
setting-allowed-database = 쓸 수 있는 값: postgresql://사용자:비밀번호@호스트/데이터베이스. 비우면 DATA_DIR 안의 파일을 씁니다.
setting-allowed-schedule = */15 * * * * 같은 crontab 다섯 칸이나 15m, 2h 같은 간격, 또는 off여야 합니다.
setting-allowed-device = 쓸 수 있는 값: cpu, cuda, cuda:0(다른 번호도 됨), mps
setting-allowed-collection = 영문자, 숫자, 밑줄(_)만 쓰고 숫자로 시작하지 않아야 합니다.
setting-allowed-folders = 경로나 경로=범위 형식으로 적고, 여럿이면 세미콜론으로 나눠 주세요.
setting-allowed-hosts = 쓸 수 있는 값: docs.example.com, *.example.com, * 같은 호스트 이름(뒤에 :포트를 붙일 수 있음)과 10.1.0.0/16 같은 주소나 네트워크를 쉼표로 나눈 것, 또는 on, off.
setting-allowed-days = 쓸 수 있는 값: 365, 90d, 12w, 6m, 1y 같은 기간, 또는 off.
setting-allowed-parameters = 이름=정수 형식으로 적고, 여럿이면 쉼표로 나눠 주세요.
setting-allowed-file = 이런 파일이 없습니다. 경로를 확인해 주세요.
setting-allowed-env-file = 이 파일을 읽을 수 없습니다({ $detail }). 경로를 확인해 주세요.
setting-allowed-needed-by = { $other }일 때 꼭 필요합니다.
setting-allowed-less-than = 이 값보다 작아야 합니다: { $other }
