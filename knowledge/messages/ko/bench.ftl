### 이 컴퓨터에서 언어 모델의 속도

bench-remote = 언어 모델은 { $address } 서버에서 돕니다. 이 명령은 그 컴퓨터에서 실행해 주세요.
bench-running = 지금 Saseo가 { $path } 폴더로 실행되면서 컴퓨터를 쓰고 있습니다. 먼저 멈춘 다음에 재 주세요.
bench-no-model = 아직 잴 모델이 없습니다: { $path } 내려받기: saseo models download language
bench-busy = 다른 프로그램이 프로세서를 { $percent } 쓰고 있어 실제보다 느리게 나옵니다. 정확히 재려면 다른 프로그램을 닫아 주세요.
bench-nothing = 설정을 알려 드릴 만큼 재지 못했습니다. 다른 프로그램을 닫고 --quick 없이 다시 해 주세요.
bench-threads = 스레드
bench-read = 프롬프트 읽기, 초당 토큰
bench-read-column = 한 번에 { $count }개
bench-write = 답 쓰기, 모두 합쳐 초당 토큰
bench-write-column = 동시에 { $count }개
bench-advice = 이 컴퓨터의 .env에 알맞은 설정
bench-now = {" "}(지금은 { $value })
bench-why-threads = 프롬프트를 가장 빨리, 초당 { $rate }토큰 읽습니다. 답은 더 적은 스레드가 빠르면 그렇게 씁니다
bench-why-parallel = 이만큼 함께 쓰면 모두 합쳐 초당 { $rate }토큰, 하나만 쓰면 { $alone }토큰입니다. 더 늘려도 거의 빨라지지 않습니다
bench-why-parallel-one = 하나만 쓰면 초당 { $alone }토큰입니다. 함께 써도 거의 빨라지지 않습니다
bench-why-parallel-memory = 더 많은 질문의 캐시를 둘 메모리가 없습니다. 지금 캐시는 { $memory } GB입니다
bench-why-question = 가장 긴 프롬프트를 약 { $seconds }초 안에 읽습니다
bench-why-question-memory = 남은 메모리에 더 들어가지 않습니다. 가장 긴 프롬프트를 약 { $seconds }초 안에 읽습니다
bench-why-context = 그 절반 길이의 질문 { $count }개가 { $memory } GB에 들어갑니다
bench-why-context-one = 그만한 질문 하나가 { $memory } GB에 들어갑니다
bench-why-cache-whole = 온전한 정밀도로도 남은 메모리에 들어갑니다
bench-why-cache-half = 메모리를 반만 씁니다. 남은 메모리가 그만큼뿐입니다
bench-why-batch = 초당 { $rate }토큰 읽습니다. 더 크게 해도 거의 빨라지지 않습니다
bench-why-smaller-model = 이 모델을 올리면 질문에 쓸 메모리가 너무 적습니다. 다른 프로그램을 닫거나 더 작은 모델을 골라 주세요: saseo models list
