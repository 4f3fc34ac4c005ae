### 쓰는 모델과 내려받기

models-embedding = 임베딩 모델: { $model }
models-embedding-no-korean = 한국어를 모르는 모델입니다. 한국어 질문은 낱말로만 찾고, 영어 문서와는 이어 주지 못합니다.
models-embedding-better = 더 나은 모델({ $wanted }) 내려받기:
models-embedding-none = 임베딩 모델이 없어 뜻이 아니라 낱말로만 찾습니다. 모델({ $wanted }) 내려받기:
models-embedding-no-library = Sentence Transformers가 설치되어 있지 않아 임베딩 모델 없이 낱말로만 찾습니다. 설치하기:
models-embedding-off = 임베딩을 꺼 두어(EMBEDDINGS_PROVIDER=none) 뜻이 아니라 낱말로만 찾습니다.
models-language-none = 아직 언어 모델이 없어 문서의 문장을 그대로 옮겨 답합니다. 모델을 받으면 바로 씁니다. 내려받기:
models-language-starts = 언어 모델: { $model } 시작하는 동안에는 문서의 문장을 그대로 옮겨 답합니다.
models-language-running = 언어 모델: { $model } (실행 중인 봇)
models-language-not-running = 언어 모델은 봇이 실행 중일 때 쓰므로 문서의 문장을 그대로 옮겨 답합니다. 실행하기:
models-language-no-library = 언어 모델은 있지만 모델을 돌리는 llama.cpp가 없어 문서의 문장을 그대로 옮겨 답합니다. 만들기:
models-language-remote = 언어 모델: { $model } (서버)
models-have = { $model } 모델이 이미 있습니다: { $path }
models-fetch = { $model }: 내려받을 크기 { $size }, 라이선스 { $licence }
models-fetch-unknown = { $model }: 크기와 라이선스는 허브의 모델 페이지에 있습니다.
models-sure = 내려받을까요?
models-fetched = { $model } 모델을 내려받았습니다: { $path }
models-to-use = 이 모델을 쓰려면: { $command }
models-say-yes = 여기서는 물어볼 수 없습니다. --yes를 붙여 주세요.
models-not-commercial = 이 라이선스는 연구만 허용하고 상업적 이용은 허용하지 않습니다. 허브의 모델 페이지에서 읽어 보세요.
models-checking = 확인 중
models-of-language = 언어 모델
models-of-embedding = 임베딩 모델
models-column-name = 이름
models-column-size = 크기
models-column-memory = 메모리
models-column-licence = 라이선스
models-column-state = 여기
models-in-use = 사용 중
models-here = 있음
models-not-here = 없음
models-memory-is = 메모리는 컨텍스트 { $context }토큰(LLM_CONTEXT_SIZE)일 때의 값입니다. !는 이 컴퓨터의 { $total }에 담기 어렵다는 뜻입니다.
models-added = { $model } 모델을 여기에 두었습니다: { $path }
models-none-here = 이 컴퓨터에는 모델이 없습니다.
models-verified-ok = { $model }: 온전합니다. 가져왔을 때 그대로입니다
models-verified-unknown = { $model }: 온전해 보입니다. SHA-256은 알려져 있지 않습니다
models-verified-damaged = { $model }: 손상되었습니다 ({ $path })
models-written = { $path }에 적었습니다: { $setting }
models-environment-wins = 환경 변수에 다른 값이 있어 파일보다 우선합니다: { $setting } 환경 변수를 지워 주세요.
models-not-local = LLM_PROVIDER 값이 { $provider }라서 이 컴퓨터의 모델은 쓰지 않습니다. LLM_PROVIDER=local로 적어 주세요.
models-not-local-embedding = EMBEDDINGS_PROVIDER가 none이라서 임베딩 모델을 쓰지 않습니다. EMBEDDINGS_PROVIDER=local로 적어 주세요.
models-next-language = 다음 시작부터 씁니다. 떠 있는 saseo run은 다시 시작해야 합니다.
models-next-embedding = 다음 시작부터 씁니다. 그다음 색인을 이 모델로 맞춰 주세요(모든 단락을 한 번 다시 임베딩합니다): saseo index
models-index-again = 이 모델로 색인을 맞추려면: saseo index
models-engine = 이 모델을 돌리려면 llama.cpp가 필요합니다: { $command }
offer-intro = 더 나은 모델 두 개를 내려받을 수 있습니다. 지금 한 번만 묻습니다. 나중에는 saseo models download로 받을 수 있습니다.
offer-embedding = 임베딩 모델 { $model } ({ $size }, 라이선스 { $licence }): 한국어와 영어를 뜻으로 찾습니다.
offer-embedding-unknown = 임베딩 모델 { $model }: 설정되어 있지만 이 컴퓨터에 없습니다.
offer-language = 언어 모델 { $model } ({ $size }, 라이선스 { $licence }): 글로 답을 씁니다.
offer-failed = 내려받기를 마치지 못했습니다. 나중에 다시: { $command }
