### 도움말

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
    {""}
    봇이 실행 중이면 그 언어 모델이 답을 쓰고, 아니면 문서의 문장을 바로 옮깁니다. --model은 이 질문 하나를 위해 모델을 시작하므로 시간이 걸립니다.
help-ask-examples =
    saseo ask "연차는 며칠인가요?"
    saseo ask --json "How do I get VPN access?"
help-index = 폴더를 색인하거나 색인을 최신으로 맞춥니다
    {""}
    적은 폴더는 기억합니다. 폴더를 적지 않으면 기억하거나 설정한 폴더를 모두 최신으로 맞춥니다. “saseo index rebuild”는 문서를 다시 읽지 않고 카탈로그에서 색인을 새로 만듭니다. “check”는 색인을 카탈로그와 견주고 --repair를 붙이면 바로잡습니다. “copy --to milvus”나 “--to faiss”는 다른 저장소의 색인을 채웁니다(그런 이름의 폴더는 ./rebuild처럼 적습니다).
help-index-examples =
    saseo index ~/문서
    saseo index /mnt/인사 --scope slack:T024/C0HR
    saseo index
    saseo index rebuild
    saseo index copy --to milvus
    saseo index check --repair
help-docs = 문서를 나열하고, 보고, 추가하고, 지웁니다
help-docs-list = 색인한 문서를 나열합니다
help-docs-show = 문서 하나와 그 단락을 봅니다
help-docs-add = 파일의 사본을 보관하고 색인합니다
help-docs-remove = 문서 하나를 사서에서 지웁니다(원본 파일은 그대로 둡니다)
help-feedback = 답이 어땠는지 사람들이 남긴 의견
help-feedback-export = 의견을 모두 JSON 줄로 적습니다
    {""}
    줄마다 질문, 답, 출처, 평가(up 또는 down), 이유, 남긴 사람과 때가 있습니다.
help-search = 질문으로 찾은 단락을 보여 줍니다
help-eval = BEIR 형식의 자료로 검색 품질을 잽니다
    {""}
    폴더에는 corpus.jsonl, queries.jsonl, qrels/test.tsv가 있어야 합니다. 임시 폴더에 색인하므로 쓰고 있는 색인은 건드리지 않습니다.
help-doctor = 설치 상태를 살피고 고치는 법을 알려 줍니다
help-llm = 언어 모델의 속도를 재거나 다른 컴퓨터에 제공합니다
help-llm-bench = 이 컴퓨터에서 언어 모델이 얼마나 빠른지 재고 알맞은 설정을 알려 줍니다
    {""}
    1분쯤, --quick으로는 15초쯤 걸리고 그동안 컴퓨터를 모두 씁니다. 아무것도 바꾸지 않습니다. 알려 드린 줄을 .env에 직접 적어 주세요.
help-llm-bench-examples =
    saseo llm bench
    saseo llm bench --quick --plot speed.png
help-llm-serve = 이 컴퓨터의 언어 모델을 OpenAI 방식의 HTTP로 제공합니다
    {""}
    LLM_MODEL_PATH의 모델을 OpenAI 호환 프로그램(예: 다른 컴퓨터의 봇, LLM_PROVIDER=openai)에 제공합니다. LLM_API_KEY의 키가 있어야 쓸 수 있고, 키가 없으면 이 컴퓨터에서만 접속할 수 있습니다.
help-llm-serve-examples =
    saseo llm serve
    saseo llm serve --host 0.0.0.0 --port 8080
help-models = 모델을 나열하고, 받고, 점검하고, 고릅니다
help-models-list = 받을 수 있는 모델과 이 컴퓨터에 있는 모델을 나열합니다
help-models-download = 모델을 내려받습니다(먼저 묻고, 끊긴 곳부터 이어받습니다)
help-models-download-examples =
    saseo models download language
    saseo models download embedding
    saseo models download qwen2.5-3b
    saseo models download embedding BAAI/bge-m3
help-models-add = 디스크로 가져온 모델을 점검해 사서가 찾는 곳에 둡니다
    {""}
    언어 모델은 GGUF 파일, 임베딩 모델은 Sentence Transformers 폴더입니다. SHA256SUMS가 있으면 합계를 대조합니다.
help-models-verify = 이 컴퓨터에 있는 모델의 크기, 헤더, SHA-256을 점검합니다
help-models-test = 임베딩 모델이 한국어와 영어를 얼마나 아는지 잽니다
help-models-use = 쓸 모델을 .env에 적습니다
help-arg-question = 질문. 특수 문자가 있으면 따옴표로 묶어 주세요
help-arg-folder = 색인할 폴더, 또는 rebuild, check, copy 가운데 하나
help-arg-filter = 제목이나 경로의 일부
help-arg-add = 추가할 파일, 또는 ALLOW_URLS에 있는 사이트의 링크
help-arg-document = docs list의 번호, 경로, 또는 제목이나 경로의 일부
help-arg-download = language, embedding, 또는 models list나 허브에 있는 이름
help-arg-verify = 이 컴퓨터의 모델(기본값은 모두)
help-arg-test = 이 컴퓨터에 있는 임베딩 모델(기본값은 쓰고 있는 것)
help-arg-use = models list에 있는 이름, 파일 또는 폴더
help-arg-model-file = GGUF 파일 또는 임베딩 모델 폴더
help-opt-move = 복사하지 않고 옮깁니다
help-opt-own-model = 실행 중인 봇이 없으면 이 질문을 위해 언어 모델을 시작합니다
help-opt-host = 접속을 받을 주소(127.0.0.1: 이 컴퓨터만)
help-opt-port = 접속을 받을 포트(8080)
help-opt-socket = 주소 대신 이 유닉스 소켓을 씁니다
help-opt-json = 표준 출력에 JSON만 출력합니다
help-opt-yes = 묻지 않습니다
help-opt-add-scope = 볼 수 있는 사람: everyone, slack:TEAM, slack:TEAM/CHANNEL, …
help-opt-scope = 이 채널이나 사람이 볼 수 있는 문서도 찾습니다. 여러 번 쓸 수 있습니다
help-opt-index-scope = 이 문서를 볼 수 있는 범위(기본값 everyone)
help-opt-forget-missing = 사라진 파일이 아무리 많아도 지운 것으로 봅니다
help-opt-to = copy와 함께: faiss 또는 milvus
help-opt-repair = check와 함께: 잘못된 것을 바로잡습니다
help-opt-sample = 아직 폴더가 없으면 이 폴더를 먼저 색인합니다
help-opt-explain = 두 순위와 점수, 문서에 답이 있는지를 보여 줍니다
help-opt-limit = 단락의 개수(10)
help-opt-corpus = 평가 자료
help-opt-embedder = EMBEDDINGS_MODEL 대신 쓸 임베딩 모델. none이면 단어로만 찾습니다
help-opt-limit-queries = 처음 몇 개의 질문만 씁니다
help-opt-quick = 덜 재고 4분의 1의 시간만 씁니다
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
