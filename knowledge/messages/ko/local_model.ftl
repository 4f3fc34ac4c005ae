### 언어 모델의 프로세스

error-model-unavailable-build = 지금 설치된 llama.cpp는 이 컴퓨터의 프로세서에서 돌지 않습니다. 이 컴퓨터에 맞게 다시 만들어 주세요: make llama
error-model-unavailable-died = 모델 프로세스가 시작하던 중에 끝났습니다: { $model }
error-model-unavailable-crashed = 모델 프로세스가 갑자기 끝나 다시 시작합니다: { $model }
error-model-unavailable-slow = 모델 프로세스가 너무 오래 응답하지 않아 멈췄습니다: { $model }
error-model-unavailable-crash_loop = 모델 프로세스가 거듭 실패합니다: { $model } 나중에, 또는 모델 파일이 바뀌면 바로 다시 시도하고, 그때까지는 문서의 문장을 그대로 옮겨 답합니다. 로그:
error-model-unavailable-unexpected = 예상하지 못한 이유로 모델을 쓸 수 없습니다: { $model } 자세한 내용은 DATA_DIR/logs/model.log에 있습니다.
error-model-unavailable-address = 그 주소에서는 언어 모델을 제공할 수 없습니다. --host나 --port를 바꿔 주세요.
llm-serve-starting = 모델을 시작하는 중: { $model }…
llm-serve-ready = { $model } 모델을 제공하는 주소: { $address } 멈추려면 Ctrl+C를 누르세요.
llm-serve-here = 이 컴퓨터의 다른 봇에서는 .env에 이렇게 적습니다(다른 컴퓨터는 이 주소에 접속하지 못합니다. --host 참고).
llm-serve-elsewhere = 다른 컴퓨터의 봇에서는 .env에 이렇게 적습니다.
llm-serve-key = 다른 컴퓨터가 { $host } 주소에 접속할 수 있습니다. 아무나 모델을 쓰지 못하게 .env에 LLM_API_KEY를 적어 주세요.
stage-model = 언어 모델을 시작하는 중…
