### 진단

doctor-python = 파이썬
doctor-cpu = 프로세서
doctor-memory = 메모리
doctor-disk = 디스크
doctor-packages = 패키지
doctor-formats = 문서 형식
doctor-confinement = 격리
doctor-ocr = 스캔
doctor-settings = 설정
doctor-tokens = 토큰
doctor-language-model = 언어 모델
doctor-engine = llama.cpp
doctor-embedding = 임베딩
doctor-folders = 폴더
doctor-index = 색인
doctor-milvus = Milvus
doctor-catalog = 카탈로그
doctor-catalog-is = { $address }에서 PostgreSQL { $version } 실행 중
doctor-milvus-is = { $address }에서 { $version } 실행 중. 벡터와 단어를 { $collection }에 둡니다
doctor-milvus-old = { $address }에서 { $version } 실행 중, 벡터는 { $collection }에 있습니다. 희소 벡터가 없어 단어는 DATA_DIR에 둡니다
doctor-milvus-tantivy = pip install 'saseo[faiss]'
doctor-python-is = { $version } ({ $path })
doctor-cpu-is = 쓸 수 있는 코어 { $count }개; { $features }
doctor-cpu-slow = AVX2가 없어 모델이 느립니다. 더 새로운 프로세서를 권합니다.
doctor-memory-is = { $total } 가운데 { $free } 남음. 언어 모델까지 쓰면 약 { $needed } 필요
doctor-memory-little = 더 작은 언어 모델을 고르거나(saseo models list) LLM_CONTEXT_SIZE를 줄여 주세요.
doctor-memory-busy = 언어 모델을 쓰기 전에 다른 프로그램을 닫거나 LLM_CONTEXT_SIZE를 줄여 주세요.
doctor-disk-is = { $free } 남음: { $path }
doctor-disk-little = 공간을 비우거나 DATA_DIR을 다른 디스크로 옮겨 주세요.
doctor-package-missing = 설치되어 있지 않습니다: { $package }
doctor-package-install = { $command }
doctor-formats-all = { $formats } 등 모든 형식을 읽을 수 있습니다
doctor-confinement-whole = 문서를 격리된 프로세스에서 읽습니다
doctor-confinement-lacks = 커널에 { $missing } 기능이 없습니다. 악성 문서가 문서를 읽는 프로그램을 장악하면 이 계정의 파일을 읽을 수 있습니다
doctor-ocr-none = Tesseract가 없어서 스캔한 쪽은 읽지 않고 알려만 줍니다
doctor-ocr-lacks = 언어 데이터가 없습니다: { $languages } ({ $path })
doctor-ocr-there = 스캔한 쪽을 읽는 프로그램: { $path }
doctor-ocr-install = sudo apt install tesseract-ocr tesseract-ocr-kor tesseract-ocr-eng
doctor-formats-missing = 패키지를 더 설치해야 읽을 수 있습니다: { $formats }
doctor-formats-no-build = 이 컴퓨터에서는 읽을 수 없습니다: { $formats } ({ $detail })
doctor-no-env-file = .env 파일 없음({ $folder }). 기본값과 환경 변수를 씁니다
doctor-env-file = { $path }
doctor-platforms = { $platforms }
doctor-no-tokens = 없음. 터미널에서 질문합니다
doctor-token-missing = { $missing } 값이 없습니다. Slack에는 토큰 두 개가 모두 필요합니다
doctor-token-set = .env에 { $missing } 값을 적어 주세요.
doctor-model-remote = { $model } ({ $address })
doctor-model-missing = 파일이 없어 문서의 문장을 그대로 옮겨 답합니다: { $path }
doctor-model-download = saseo models download language
doctor-model-permission = Saseo를 실행하는 계정에 읽기 권한을 주세요.
doctor-model-again = { $path } 파일을 지우고 다시 내려받기: saseo models download language
doctor-model-there = { $path } ({ $quantisation }, { $size })
doctor-engine-building = 만드는 중, { $percent } %
doctor-engine-wait = 할 일은 없습니다. 뒤에서 계속합니다.
doctor-engine-there = 설치됨({ $recipe })
doctor-engine-works = 설치됨({ $recipe }), 모델로 한 시험도 통과함
doctor-engine-failed = 만들지 못했습니다({ $detail })
doctor-engine-build = make llama
doctor-engine-missing = 설치되지 않음. 로컬 언어 모델을 쓸 때만 필요합니다
doctor-embedding-probe = { $model }; 내장 시험 성적: 한국어 { $korean }, 영어 { $english }, 언어 사이 { $across }
doctor-embedding-off = 꺼짐(EMBEDDINGS_PROVIDER=none). 단어로만 찾습니다
doctor-embedding-none = 없음. 뜻이 아니라 단어로만 찾습니다
doctor-embedding-get = { $command }
doctor-nothing-yet = 아직 색인한 것이 없습니다: { $path }
doctor-index-folder = saseo index 폴더
doctor-not-writable = 쓸 수 없습니다: { $path }
doctor-permission = Saseo를 실행하는 계정에 권한을 주세요.
doctor-no-folders = 설정하거나 기억한 폴더가 없습니다
doctor-folder-gone = 폴더가 보이지 않습니다: { $path } 색인한 내용은 그대로 둡니다
doctor-folder-mount = 디스크를 연결하거나 SHARED_FOLDERS를 고쳐 주세요.
doctor-folder-closed = 읽을 수 없습니다: { $path }
doctor-folder = { $path } (공개 범위 { $scope })
doctor-index-works = 문서 { $documents }개, 단락 { $passages }개, 검색됨({ $milliseconds } ms)
doctor-index-words-alone = { $written ->
    [ko] 한국어
   *[en] 영어
} 단락 { $passages }개는 임베딩 모델이 모르는 언어라서 벡터 없이 단어로 찾습니다
doctor-empty = 색인이 비어 있습니다
doctor-total = { $failures ->
    [0] 실패 없음
   *[other] 실패 { $failures }개
}, { $warnings ->
    [0] 경고 없음
   *[other] 경고 { $warnings }개
}
