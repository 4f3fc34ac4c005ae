### Doctor

doctor-python = Python
doctor-cpu = processor
doctor-memory = memory
doctor-disk = disk
doctor-packages = packages
doctor-formats = formats
doctor-confinement = safety
doctor-ocr = scans
doctor-settings = settings
doctor-tokens = tokens
doctor-language-model = language
doctor-engine = llama.cpp
doctor-embedding = embedding
doctor-folders = folders
doctor-index = index
doctor-milvus = Milvus
doctor-catalog = catalog
doctor-catalog-is = PostgreSQL { $version } at { $address }
doctor-milvus-is = { $version } at { $address }; vectors and words in { $collection }
doctor-milvus-old = { $version } at { $address }, with vectors in { $collection }; it has no sparse vectors, so words stay in DATA_DIR
doctor-milvus-tantivy = pip install 'saseo[faiss]'
doctor-python-is = { $version } ({ $path })
doctor-cpu-is = { $count ->
    [one] 1 core
   *[other] { $count } cores
} for Saseo; { $features }
doctor-cpu-slow = Without AVX2 the models are slow; prefer a newer processor.
doctor-memory-is = { $free } of { $total } free; with the language model about { $needed } are needed
doctor-memory-little = Choose a smaller language model (saseo models list) or a smaller LLM_CONTEXT_SIZE.
doctor-memory-busy = Close other programs before the language model runs, or set a smaller LLM_CONTEXT_SIZE.
doctor-disk-is = { $free } free for { $path }
doctor-disk-little = Free some space, or set DATA_DIR to another disk.
doctor-package-missing = { $package } isn't installed
doctor-package-install = { $command }
doctor-formats-all = every format can be read, { $formats } too
doctor-confinement-whole = documents are read in a process that can reach nothing else
doctor-confinement-lacks = the kernel lacks { $missing }: a hostile document that takes over its reader could read this account's files
doctor-ocr-none = scanned pages are listed and not read: there is no Tesseract
doctor-ocr-lacks = { $path } lacks the languages { $languages }
doctor-ocr-there = scanned pages are read by { $path }
doctor-ocr-install = sudo apt install tesseract-ocr tesseract-ocr-kor tesseract-ocr-eng
doctor-formats-missing = can't be read without further packages: { $formats }
doctor-formats-no-build = can't be read on this machine: { $formats } ({ $detail })
doctor-no-env-file = no .env in { $folder }; the defaults and the environment hold
doctor-env-file = { $path }
doctor-platforms = { $platforms }
doctor-no-tokens = none set; the terminal is the place to ask
doctor-token-missing = { $missing } is missing; Slack needs both of its tokens
doctor-token-set = Set { $missing } in .env.
doctor-model-remote = { $model } at { $address }
doctor-model-missing = no file at { $path }; answers are quoted from the documents
doctor-model-download = saseo models download language
doctor-model-permission = Give the account that runs Saseo the right to read it.
doctor-model-again = Delete { $path }, then: saseo models download language
doctor-model-there = { $path } ({ $quantisation }, { $size })
doctor-engine-building = being built, { $percent } % done
doctor-engine-wait = Nothing to do; it goes on in the background.
doctor-engine-there = installed ({ $recipe })
doctor-engine-works = installed ({ $recipe }); a trial with the model went well
doctor-engine-failed = the build failed ({ $detail })
doctor-engine-build = make llama
doctor-engine-missing = not installed; only a local language model needs it
doctor-embedding-probe = { $model }; skill in the built-in test: Korean { $korean }, English { $english }, across { $across }
doctor-embedding-off = off (EMBEDDINGS_PROVIDER=none); only words are matched
doctor-embedding-none = none; only words are matched, not meanings
doctor-embedding-get = { $command }
doctor-nothing-yet = nothing is indexed in { $path } yet
doctor-index-folder = saseo index FOLDER
doctor-not-writable = { $path } can't be written
doctor-permission = Give the account that runs Saseo the right to it.
doctor-no-folders = no folder is configured or remembered
doctor-folder-gone = { $path } isn't there; what was indexed from it stays
doctor-folder-mount = Connect its disk, or correct SHARED_FOLDERS.
doctor-folder-closed = { $path } can't be read
doctor-folder = { $path } (for { $scope })
doctor-index-works = { $documents ->
    [one] 1 document
   *[other] { $documents } documents
}, { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}; a search works ({ $milliseconds } ms)
doctor-index-words-alone = { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
} in { $written ->
    [ko] Korean
   *[en] English
} found by words, without vectors: the embedding model doesn't know the language
doctor-empty = the index is empty
doctor-total = { $failures ->
    [0] Nothing is broken
    [one] 1 failure
   *[other] { $failures } failures
}, { $warnings ->
    [0] no warnings.
    [one] 1 warning.
   *[other] { $warnings } warnings.
}
