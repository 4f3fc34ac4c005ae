### 쓰는 모델과 내려받기

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
