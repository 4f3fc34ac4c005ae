### 사람이 읽는 한국어 문장. en.ftl과 메시지도 변수도 같습니다.
### 변수 뒤에 조사가 바로 오지 않게 씁니다("을(를)"을 쓰지 않으려고).

## 언어와 시간

language-ko = 한국어
language-en = 영어
age-now = 방금
age-minutes = { $count }분 전
age-hours = { $count }시간 전
age-days = { $count }일 전
age-weeks = { $count }주 전

## 오류 (knowledge/errors.py): error-클래스, 또는 error-클래스-이유

error-with-detail = { $sentence } ({ $detail })
error-saseo-error = 문제가 생겼습니다.
error-invalid-input = 입력한 내용을 쓸 수 없습니다.
error-invalid-scope = “{ $scope }”에 해당하는 공개 범위가 없습니다. everyone, slack:팀, slack:팀/채널, discord:서버/채널, slack:팀/@사람 가운데 하나로 적어 주세요.
error-invalid-folder = 이 폴더는 쓸 수 없습니다: { $path }
error-invalid-folder-missing = 폴더가 없습니다: { $path } 이름이 맞는지, 디스크가 연결되어 있는지 확인해 주세요.
error-invalid-folder-not_a_folder = 폴더가 아니라 파일입니다: { $path } 파일이 들어 있는 폴더를 적어 주세요.
error-invalid-folder-unreadable = 폴더를 읽을 권한이 없습니다: { $path } Saseo를 실행하는 계정에 읽기 권한을 주세요.
error-invalid-folder-options = 폴더 설정이 잘못되었습니다: { $path } folders.toml이나 SHARED_FOLDERS를 고쳐 주세요.
error-invalid-folder-unknown_option = 없는 설정이 적혀 있습니다: { $path } 이름을 고쳐 주세요.
error-invalid-corpus = 이 평가 자료는 쓸 수 없습니다: { $path }
error-invalid-corpus-missing = 파일이 없거나 읽을 수 없습니다: { $path } 평가 폴더에는 corpus.jsonl, queries.jsonl, qrels/test.tsv가 있어야 합니다.
error-invalid-corpus-encoding = UTF-8 파일이 아닙니다: { $path } UTF-8로 저장해 주세요.
error-invalid-corpus-json = JSON 객체가 아닙니다: { $path }
error-invalid-corpus-field = 필요한 항목이 없거나 비었거나 글자가 아닙니다: { $path }
error-invalid-corpus-qrels = 정답 줄의 형식이 잘못되었습니다: { $path } 탭으로 나눈 세 칸(질문 id, 문서 id, 정수)이어야 합니다.
error-invalid-corpus-twice = 같은 id가 두 번 나옵니다: { $path }
error-invalid-corpus-no_queries = queries.jsonl의 질문 가운데 정답이 있는 것이 없어 잴 수 없습니다: { $path }
error-invalid-settings = 쓸 수 없는 설정이 { $count }개 있습니다.
error-invalid-user-words = 사용자 사전을 쓸 수 없습니다: { $path } ({ $line }번째 줄: { $text })
error-invalid-user-words-encoding = 사용자 사전이 UTF-8 파일이 아닙니다: { $path } UTF-8로 저장해 주세요.
error-invalid-user-words-empty_word = 사용자 사전 { $line }번째 줄에 낱말이 없습니다: { $path }
error-invalid-user-words-tag = 사용자 사전 { $line }번째 줄의 품사 태그가 없는 것입니다: { $text } ({ $path }) 이름이면 NNP로 적어 주세요.
error-invalid-user-words-columns = 사용자 사전 { $line }번째 줄에 칸이 너무 많습니다: { $text } ({ $path }) 낱말을 적고, 필요하면 탭 뒤에 품사 태그를 적어 주세요.
error-removal-withheld = 파일 { $known }개 가운데 { $missing }개가 보이지 않아, 이 폴더에서 색인한 것은 아무것도 잊지 않았습니다: { $path }
error-removal-withheld-gone = 폴더가 보이지 않습니다: { $path } 여기서 색인한 문서 { $known }개는 그대로 둡니다. 디스크를 연결하거나 설정에서 폴더를 빼 주세요.
error-removal-withheld-emptied = 폴더가 비어 있습니다: { $path } 여기서 색인한 문서 { $known }개는 그대로 둡니다. 일부러 비웠다면: saseo index { $path } --forget-missing
error-removal-withheld-many = 파일 { $known }개 가운데 { $missing }개가 한꺼번에 사라졌습니다: { $path } 색인에는 그대로 둡니다. 일부러 지웠다면: saseo index { $path } --forget-missing
error-unreadable = 이 문서는 읽을 수 없습니다.
error-unreadable-unsupported = 아직 읽지 못하는 형식입니다.
error-unreadable-too_large = 파일이 허용된 크기보다 큽니다.
error-unreadable-empty = 파일에 글이 없습니다.
error-unreadable-binary = 이름과 달리 텍스트 파일이 아닙니다.
error-unreadable-encoding = 글자 인코딩을 알아낼 수 없습니다. UTF-8로 저장해 주세요.
error-unreadable-permission = 파일을 읽을 권한이 없습니다. Saseo를 실행하는 계정에 읽기 권한을 주세요.
error-unreadable-duplicate_name = 같은 폴더에 바이트만 다르고 이름이 같은 파일이 또 있습니다. 하나의 이름을 바꿔 주세요.
error-unreadable-unexpected = 알 수 없는 까닭으로 파일을 읽지 못했습니다. 자세한 내용은 로그에 있습니다.
error-unreadable-vanished = 읽기 전에 파일이 사라졌습니다.
error-unreadable-changing = 읽는 동안 파일이 바뀌었습니다. 다음번에 다시 읽습니다.
error-unreadable-link = 폴더 밖을 가리키는 링크입니다. 따라가려면 folders.toml에 follow_links를 적어 주세요.
error-unreadable-broken_link = 링크가 가리키는 파일이 없습니다.
error-unreadable-link_loop = 링크가 자기 자신으로 되돌아옵니다.
error-unreadable-io = 파일을 읽는 동안 디스크 오류가 났습니다. 다음번에 다시 읽습니다.
error-unreadable-malformed = 파일이 손상되었거나 이름과 다른 형식입니다.
error-owner-gone = 이 폴더를 쓰던 saseo가 일을 마치기 전에 끝났습니다: { $path } 명령을 다시 실행해 주세요.
error-missing-dependency = 필요한 패키지가 설치되어 있지 않습니다: { $package } 설치 명령: { $command }
error-missing-dependency-not_yet = 이 버전에서는 아직 쓸 수 없습니다: { $package } .env에 { $command } 값을 적어 주세요.
error-model-unavailable = 이 모델은 쓸 수 없습니다: { $model }
error-model-unavailable-not_downloaded = 모델이 이 컴퓨터에 없습니다: { $model } 내려받기: saseo models download
error-model-unavailable-damaged = 모델 파일이 손상되었습니다: { $model } 다시 내려받기: saseo models download
error-model-unavailable-unsupported = Saseo에서 쓸 수 없는 종류의 모델입니다: { $model } .env에서 다른 모델을 골라 주세요.
error-model-unavailable-device = 이 장치에서는 모델을 돌릴 수 없습니다: { $model } .env에 EMBEDDINGS_DEVICE=cpu로 적어 주세요.
error-model-unavailable-unreachable = 허브에 연결할 수 없어 모델을 내려받지 못했습니다: { $model } 네트워크 연결을 확인하고 다시 해 주세요.
error-model-unavailable-denied = 허브가 토큰 없이는 이 모델을 주지 않습니다: { $model } 모델 페이지에서 조건에 동의하고 HF_TOKEN을 설정해 주세요.
error-model-unavailable-rate_limited = 허브가 잠시 뒤에 다시 오라고 합니다: { $model } 몇 분 뒤에 다시 해 주세요.
error-model-unavailable-not_found = 허브에 이 모델이 없거나 공개되어 있지 않습니다: { $model } 이름을 확인해 주세요.
error-model-unavailable-memory = 모델을 올릴 메모리가 모자랍니다: { $model } 다른 프로그램을 닫거나 더 작은 모델을 골라 주세요.
error-index-unavailable = 지금은 색인을 검색할 수 없습니다. 다시 해 보시고, 계속 그러면 saseo doctor로 확인해 주세요.
error-index-damaged = 색인을 읽을 수 없습니다: { $path } 카탈로그에서 다시 만들기: saseo index rebuild
error-catalog-damaged = 카탈로그 파일을 읽을 수 없습니다: { $path } Saseo를 멈추고, 이 파일을 지우지 말고 다른 곳으로 옮긴 다음, 폴더를 다시 색인해 주세요: saseo index 폴더
error-storage-full = 디스크가 가득 찼습니다: { $path } 공간을 비우고 다시 실행해 주세요. 이미 색인한 내용은 그대로 있습니다.
error-already-running = 다른 saseo(프로세스 { $pid })가 이 폴더를 쓰고 있습니다: { $path } 그것을 먼저 멈추거나 --data-dir로 다른 폴더를 적어 주세요.

## 설정

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
setting-allowed-schedule = */15 * * * * 같은 crontab 다섯 칸이나 15m, 2h 같은 간격, 또는 off여야 합니다.
setting-allowed-device = 쓸 수 있는 값: cpu, cuda, cuda:0(다른 번호도 됨), mps
setting-allowed-collection = 영문자, 숫자, 밑줄(_)만 쓰고 숫자로 시작하지 않아야 합니다.
setting-allowed-folders = 경로나 경로=범위 형식으로 적고, 여럿이면 세미콜론으로 나눠 주세요.
setting-allowed-file = 이런 파일이 없습니다. 경로를 확인해 주세요.
setting-allowed-env-file = 이 파일을 읽을 수 없습니다({ $detail }). 경로를 확인해 주세요.
setting-allowed-needed-by = { $other }일 때 꼭 필요합니다.
setting-allowed-less-than = 이 값보다 작아야 합니다: { $other }

## 출처와 답

source-page = { $page }쪽
source-line = { $first }행
source-lines = { $first }–{ $last }행
answer-sources = 출처
answer-nearest = 가장 가까운 문서
answer-label-extractive = 언어 모델 없이 문서의 문장을 그대로 옮긴 답입니다.
answer-label-cached = 같은 문서로 전에 한 답입니다.
answer-label-stopped = 멈췄습니다.
answer-not-found = 문서에서 답을 찾지 못했습니다.{ $nearest ->
    [0] {""}
   *[other] { " " }가장 가까운 문서를 보여 드립니다.
}
answer-unexpected = 답하는 동안 예상하지 못한 문제가 생겼습니다. 다시 질문해 보시고, 또 그러면 Saseo를 운영하는 분께 알려 주세요.
answer-failed = { $message } (번호 { $incident }, 자세한 내용은 로그에 있습니다)
replaced-regenerated = (위의 글은 취소합니다. 답을 다시 씁니다.)
replaced-fallback = (위의 글은 취소합니다. 문서의 내용을 그대로 보여 드립니다.)
replaced-claim_removed = (위의 글은 취소합니다. 출처가 없는 내용이 있었습니다.)
stage-opening = 문서를 여는 중…
stage-warming = 모델을 올리는 중… 끝나는 대로 질문에 답합니다.
stage-queued = 앞에 질문이 { $position }개 있습니다…
stage-searching = 문서를 찾는 중…
stage-reading = 읽는 중…
stage-writing = 쓰는 중…
stage-found = 문서 { $count }개를 찾았습니다: { $titles }

## 대화

chat-prompt = 질문>
chat-press-again = 나가려면 Ctrl-C를 한 번 더 누르세요. 계속 질문하셔도 됩니다.
chat-goodbye = 안녕히 가세요.
chat-no-sources = 아직 출처가 있는 답이 없습니다.
chat-unknown-command = { $command } 명령은 없습니다. /help를 입력하면 명령이 나옵니다.
chat-language = 이제 한국어로 말하고 한국어로 답합니다.
chat-language-auto = 질문한 언어로 답합니다.
chat-language-which = /lang ko, /lang en, /lang auto 가운데 하나로 적어 주세요.
chat-scope = 다음 범위에서 볼 수 있는 문서를 찾습니다: { $scopes }
chat-forgotten = 새 대화를 시작합니다. 앞의 대화는 잊었습니다.
chat-usage-sources = /sources
chat-usage-lang = /lang ko|en|auto
chat-usage-scope = /scope 범위…
chat-usage-new = /new
chat-usage-help = /help
chat-usage-quit = /quit
chat-help-sources = 마지막 답의 근거가 된 글을 보여 줍니다
chat-help-lang = 언어를 바꿉니다
chat-help-scope = 이 채널이나 사람이 볼 수 있는 문서도 찾습니다
chat-help-new = 새 대화를 시작합니다
chat-help-help = 이 도움말을 보여 줍니다
chat-help-quit = 나갑니다(Ctrl-D도 됩니다)
banner-name = Saseo 사서
banner-what = 우리 문서에서 답을 찾아 드립니다
banner-known = 문서 { $documents }개, 단락 { $passages }개
banner-empty = 아직 문서가 없습니다. 나가서 실행해 주세요: saseo index 폴더
banner-leave = /help는 명령 보기, /quit는 나가기입니다.

## 실행

run-sample = 아직 폴더가 없어 예제 안내서를 색인합니다: { $folder } 내 문서를 더하려면: saseo index 폴더
run-no-chat-platforms = 채팅 토큰이 있지만 이 버전은 아직 Slack과 Discord에 연결하지 못합니다. 연결 없이 실행합니다.
run-serving = 터미널 없이 실행 중입니다. 멈출 때까지 문서를 최신으로 유지합니다.
run-stopped = 멈췄습니다.
cli-interrupted = 중단했습니다.
cli-nothing-done = 바꾼 것이 없습니다.
cli-unexpected = 예상하지 못한 문제가 생겼습니다(번호 { $incident }). 자세한 내용은 { $log } 파일에 같은 번호로 있고, --verbose를 붙이면 여기에 나옵니다.
cli-unexpected-early = 로그를 열기 전에 예상하지 못한 문제가 생겼습니다: { $error }: { $detail }. --verbose를 붙이면 더 나옵니다.

## 색인

progress-scanning = 찾는 중
progress-reading = 읽는 중
progress-indexing = 색인하는 중
progress-finishing = 마무리
progress-asking = 질문하는 중
progress-rate = 초당 { $rate }개
progress-left = { $time } 남음
index-no-folder = 아직 색인할 폴더가 없습니다. 폴더를 적어 주세요: saseo index 폴더 (또는 .env의 SHARED_FOLDERS)
index-stopping = 이 문서까지만 하고 멈춥니다. 끝난 것은 남습니다. Ctrl-C를 한 번 더 누르면 바로 멈춥니다.
index-added = 추가
index-changed = 변경
index-moved = 이동
index-removed = 삭제
index-unchanged = 그대로
index-skipped = 건너뜀
index-failed = 실패
index-time = 시간
index-more-problems = … 그 밖에 { $count }개가 더 있습니다. --verbose를 붙이면 모두 나옵니다.
index-rebuilt = 색인을 새로 만들었습니다: 문서 { $documents }개, 단락 { $passages }개

## 문서

docs-none = 아직 색인한 문서가 없습니다. 이렇게 시작하세요: saseo index 폴더
docs-none-found = “{ $wanted }”에 맞는 문서가 없습니다. saseo docs list로 모두 볼 수 있습니다.
docs-several = “{ $wanted }”에 맞는 문서가 { $count }개입니다. 그 가운데 하나의 번호를 적어 주세요.
docs-total = 문서 { $documents }개, 단락 { $passages }개
docs-id = 번호
docs-title = 제목
docs-path = 경로
docs-scope = 공개 범위
docs-language = 언어
docs-size = 크기
docs-modified = 수정
docs-age = 수정
docs-passages = 단락
docs-remove-means = 이 문서를 잊습니다: { $title } ({ $path }) 답에 더는 쓰지 않고, 그 이름으로 다시 색인할 때까지 이후의 색인에서도 빼놓습니다. 파일은 그대로 둡니다.
docs-remove-sure = 잊을까요?
docs-removed = 잊었습니다: { $title } ({ $path })

## 검색

search-nothing = 찾은 것이 없습니다.
search-language = 질문의 언어
search-trust = 의미 점수를 믿는 정도
search-probability = 문서에 답이 있는지
search-answerable = 있다고 봅니다(확률 { $probability })
search-unanswerable = 없다고 봅니다(확률 { $probability })
search-repaired = 고쳐 읽은 낱말
search-time = 걸린 시간
search-score = 점수
search-lexical = 낱말
search-lexical-rank = 순위
search-dense = 의미
search-dense-rank = 순위
search-language-short = 언어
search-also-in = 같은 글: { $path }

## 평가

eval-measure = 척도
eval-value = 값
eval-queries = 질문
eval-passages = 단락
eval-milliseconds = 질문당 ms
eval-plotted = 그림을 저장했습니다: { $path }
eval-plot-failed = 그림을 저장할 수 없습니다: { $path } ({ $detail }) 이미 있는 폴더에 .png, .svg, .pdf로 끝나는 이름을 적어 주세요.

## 쓰는 모델과 내려받기

models-embedding = 임베딩 모델: { $model }
models-embedding-no-korean = 한국어를 모르는 모델입니다. 한국어 질문은 낱말로만 찾고, 영어 문서와는 이어 주지 못합니다.
models-embedding-better = 더 나은 모델({ $wanted }) 내려받기:
models-embedding-none = 임베딩 모델이 없어 뜻이 아니라 낱말로만 찾습니다. 모델({ $wanted }) 내려받기:
models-embedding-no-library = Sentence Transformers가 설치되어 있지 않아 임베딩 모델 없이 낱말로만 찾습니다. 설치하기:
models-embedding-off = 임베딩을 꺼 두어(EMBEDDINGS_PROVIDER=none) 뜻이 아니라 낱말로만 찾습니다.
models-language-none = 답은 문서의 문장을 그대로 옮깁니다. 언어 모델 내려받기:
models-language-there = 언어 모델이 있지만, 이 버전은 아직 문서의 문장을 그대로 옮겨 답합니다.
models-language-remote = 언어 모델: { $model } (서버). 이 버전은 아직 문서의 문장을 그대로 옮겨 답합니다.
models-have = { $model } 모델이 이미 있습니다: { $path }
models-fetch = { $model }: 내려받을 크기 { $size }, 라이선스 { $licence }
models-fetch-unknown = { $model }: 크기와 라이선스는 허브의 모델 페이지에 있습니다.
models-sure = 내려받을까요?
models-fetched = { $model } 모델을 내려받았습니다: { $path }
models-set = 이 모델을 쓰려면 .env에 적어 주세요: { $setting }
models-index-again = 이 모델로 색인을 맞추려면: saseo index
models-engine = 이 모델을 돌리려면 llama.cpp가 필요합니다: { $command }
offer-intro = 더 나은 모델 두 개를 내려받을 수 있습니다. 지금 한 번만 묻습니다. 나중에는 saseo models download로 받을 수 있습니다.
offer-embedding = 임베딩 모델 { $model } ({ $size }, 라이선스 { $licence }): 한국어와 영어를 뜻으로 찾습니다.
offer-embedding-unknown = 임베딩 모델 { $model }: 설정되어 있지만 이 컴퓨터에 없습니다.
offer-language = 언어 모델 { $model } ({ $size }, 라이선스 { $licence }): 글로 답을 씁니다.
offer-failed = 내려받기를 마치지 못했습니다. 나중에 다시: { $command }

## 진단

doctor-python = 파이썬
doctor-cpu = 프로세서
doctor-memory = 메모리
doctor-disk = 디스크
doctor-packages = 패키지
doctor-settings = 설정
doctor-tokens = 토큰
doctor-language-model = 언어 모델
doctor-engine = llama.cpp
doctor-embedding = 임베딩
doctor-folders = 폴더
doctor-index = 색인
doctor-python-is = { $version } ({ $path })
doctor-cpu-is = 쓸 수 있는 코어 { $count }개; { $features }
doctor-cpu-slow = AVX2가 없어 모델이 느립니다. 더 새로운 프로세서를 권합니다.
doctor-memory-is = { $total } 가운데 { $free } 남음. 언어 모델까지 쓰면 약 { $needed } 필요
doctor-memory-little = 더 작은 언어 모델(LLM_MODEL_PATH)을 고르거나 LLM_CONTEXT_SIZE를 줄여 주세요.
doctor-memory-busy = 언어 모델을 쓰기 전에 다른 프로그램을 닫거나 LLM_CONTEXT_SIZE를 줄여 주세요.
doctor-disk-is = { $free } 남음: { $path }
doctor-disk-little = 공간을 비우거나 DATA_DIR을 다른 디스크로 옮겨 주세요.
doctor-package-missing = 설치되어 있지 않습니다: { $package }
doctor-package-install = { $command }
doctor-no-env-file = .env 파일 없음({ $folder }). 기본값과 환경 변수를 씁니다
doctor-env-file = { $path }
doctor-platforms = { $platforms }
doctor-no-tokens = 없음. 터미널에서 질문합니다
doctor-token-missing = { $missing } 값이 없습니다. Slack에는 토큰 두 개가 모두 필요합니다
doctor-token-set = .env에 { $missing } 값을 적어 주세요.
doctor-model-remote = { $model } ({ $address })
doctor-model-missing = 파일이 없어 문서의 문장을 그대로 옮겨 답합니다: { $path }
doctor-model-download = saseo models download language
doctor-model-unreadable = 읽을 수 없습니다: { $path } ({ $detail })
doctor-model-permission = Saseo를 실행하는 계정에 읽기 권한을 주세요.
doctor-model-damaged = GGUF 파일이 아닙니다: { $path }
doctor-model-download-again = 파일을 지우고 다시 내려받기: saseo models download language
doctor-model-there = { $path } ({ $size })
doctor-engine-building = 만드는 중, { $percent } %
doctor-engine-wait = 할 일은 없습니다. 뒤에서 계속합니다.
doctor-engine-there = 설치됨
doctor-engine-failed = 만들지 못했습니다({ $detail })
doctor-engine-build = make llama
doctor-engine-missing = 설치되지 않음. 로컬 언어 모델을 쓸 때만 필요합니다
doctor-embedding-probe = { $model }; 내장 시험 성적: 한국어 { $korean }, 영어 { $english }, 언어 사이 { $across }
doctor-embedding-off = 꺼짐(EMBEDDINGS_PROVIDER=none). 낱말로만 찾습니다
doctor-embedding-none = 없음. 뜻이 아니라 낱말로만 찾습니다
doctor-embedding-get = { $command }
doctor-nothing-yet = 아직 색인한 것이 없습니다: { $path }
doctor-index-folder = saseo index 폴더
doctor-not-writable = 쓸 수 없습니다: { $path }
doctor-permission = Saseo를 실행하는 계정에 권한을 주세요.
doctor-no-folders = 설정하거나 기억한 폴더가 없습니다
doctor-folder-gone = 폴더가 보이지 않습니다: { $path } 색인한 내용은 그대로 둡니다
doctor-folder-mount = 디스크를 연결하거나 SHARED_FOLDERS를 고쳐 주세요.
doctor-folder-closed = 읽을 수 없습니다: { $path }
doctor-folder = { $path } (범위 { $scope })
doctor-index-works = 문서 { $documents }개, 단락 { $passages }개, 검색됨({ $milliseconds } ms)
doctor-empty = 색인이 비어 있습니다
doctor-total = { $failures ->
    [0] 고장 난 것은 없고
   *[other] 실패 { $failures }개
}, { $warnings ->
    [0] 경고도 없습니다.
   *[other] 경고 { $warnings }개입니다.
}

## 도움말

help-usage = 사용법:
help-usage-options = [옵션]
help-commands = 명령
help-arguments = 인자
help-options = 옵션
help-common = 모든 명령의 옵션
help-examples = 예
metavar-command = 명령
metavar-question = 질문
metavar-folder = 폴더
metavar-file = 파일
metavar-scope = 범위
metavar-document = 문서
metavar-model = 모델
metavar-indexed = 폴더
metavar-n = 개수
help-saseo = 팀의 사서입니다. 우리 문서에서 찾아 한국어와 영어로, 출처와 함께 답합니다. 모든 일은 이 컴퓨터 안에서 합니다.
help-saseo-examples =
    saseo index ~/문서
    saseo ask "연차는 며칠인가요?"
    saseo chat
help-run = 설정한 대로 모두 실행합니다
    {""}
    터미널에서는 대화가 열리고, 그동안 문서를 최신으로 유지합니다. 파이프로 입력하면 줄마다 답합니다. 입력이 없으면(컨테이너) 멈출 때까지 계속 실행합니다.
help-chat = 터미널에서 대화합니다
help-ask = 질문 하나에 답합니다
help-ask-examples =
    saseo ask "연차는 며칠인가요?"
    saseo ask --json "How do I get VPN access?"
help-index = 폴더를 색인하거나 색인을 최신으로 맞춥니다
    {""}
    적은 폴더는 기억합니다. 폴더를 적지 않으면 기억하거나 설정한 폴더를 모두 최신으로 맞춥니다. “saseo index rebuild”는 문서를 다시 읽지 않고 카탈로그에서 색인을 모두 새로 만듭니다(그런 이름의 폴더는 ./rebuild로 적습니다).
help-index-examples =
    saseo index ~/문서
    saseo index /mnt/인사 --scope slack:T024/C0HR
    saseo index
    saseo index rebuild
help-docs = 문서를 나열하고, 보고, 잊습니다
help-docs-list = 색인한 문서를 나열합니다
help-docs-show = 문서 하나와 그 단락을 봅니다
help-docs-remove = 문서 하나를 잊습니다
help-search = 질문으로 찾은 단락을 보여 줍니다
help-eval = BEIR 형식의 자료로 검색 품질을 잽니다
    {""}
    폴더에는 corpus.jsonl, queries.jsonl, qrels/test.tsv가 있어야 합니다. 임시 폴더에 색인하므로 쓰고 있는 색인은 건드리지 않습니다.
help-doctor = 설치 상태를 살피고 고치는 법을 알려 줍니다
help-models = 모델을 내려받습니다
help-models-download = 모델을 내려받습니다(먼저 묻습니다)
help-download-embedding = 임베딩 모델을 내려받습니다
help-download-language = 언어 모델을 내려받습니다
help-arg-question = 질문. 특수 문자가 있으면 따옴표로 묶어 주세요
help-arg-folder = 색인할 폴더, 또는 rebuild
help-arg-filter = 제목이나 경로의 일부
help-arg-document = docs list의 번호, 경로, 또는 제목이나 경로의 일부
help-arg-model = 허브에서의 모델 이름(기본값은 EMBEDDINGS_MODEL)
help-opt-json = 표준 출력에 JSON만 출력합니다
help-opt-yes = 묻지 않습니다
help-opt-scope = 이 채널이나 사람이 볼 수 있는 문서도 찾습니다. 여러 번 쓸 수 있습니다
help-opt-index-scope = 이 문서를 볼 수 있는 범위(기본값 everyone)
help-opt-forget-missing = 사라진 파일이 아무리 많아도 지운 것으로 봅니다
help-opt-sample = 아직 폴더가 없으면 이 폴더를 먼저 색인합니다
help-opt-explain = 두 순위와 점수, 문서에 답이 있는지를 보여 줍니다
help-opt-limit = 단락의 개수(10)
help-opt-corpus = 평가 자료
help-opt-embedder = EMBEDDINGS_MODEL 대신 쓸 임베딩 모델. none이면 낱말로만 찾습니다
help-opt-limit-queries = 처음 몇 개의 질문만 씁니다
help-opt-plot = 그림을 그립니다(.png, .svg, .pdf)
help-opt-data-dir = 모든 상태를 두는 폴더(DATA_DIR, 기본값 ./data)
help-opt-env-file = ./.env 대신 이 파일에서 설정을 읽습니다
help-opt-lang = 화면과 답의 언어
help-opt-verbose = 더 자세히, 오류는 추적 내용까지 보여 줍니다
misuse-no-such-option = { $name } 옵션은 없습니다.
misuse-no-such-option-close = { $name } 옵션은 없습니다. 혹시 { $close } 아닌가요?
misuse-missing = 빠진 것이 있습니다: { $name }
misuse-bad-value = { $name }에 쓸 수 없는 값입니다: { $detail }
misuse-option-needs-value = { $name } 옵션에는 값이 필요합니다.
misuse-no-such-command = 그런 명령은 없습니다. 명령: { $commands }
misuse-too-much = 필요 없는 것이 있습니다: { $given }
misuse-other = 명령을 이해하지 못했습니다: { $detail }
misuse-see-help = 도움말: { $command }
