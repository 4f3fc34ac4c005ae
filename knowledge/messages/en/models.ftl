### Models in use, and their download

models-embedding = Embedding model: { $model }
models-embedding-no-korean = It knows no Korean: Korean questions are matched by their words alone, and never with English documents.
models-embedding-better = A better one is to be had ({ $wanted }):
models-embedding-changing = { $passages ->
    [one] One passage lacks
   *[other] { $passages } passages lack
} vectors of this model; until none does, meanings are matched by the model before ({ $model }).
models-embedding-none = No embedding model: only words are matched, not meanings. To get { $wanted }:
models-embedding-no-library = No embedding model, as Sentence Transformers isn't installed: only words are matched. To install it:
models-embedding-off = Embeddings are off (EMBEDDINGS_PROVIDER=none): only words are matched, not meanings.
models-language-none = There is no language model yet: answers are quoted from the documents word for word. Once it is here, it is used at once. To get it:
models-language-starts = Language model: { $model }. Until it has started, answers are quoted from the documents word for word.
models-language-running = Language model: { $model }, of the running bot.
models-language-not-running = Answers are quoted from the documents word for word: the language model works while the bot runs. To run it:
models-language-no-library = The language model is here, but llama.cpp, which runs it, isn't. Answers are quoted from the documents word for word. To build it:
models-language-remote = Language model: { $model } (server)
models-have = { $model } is here already: { $path }
models-fetch = { $model }: { $size } to download, licence { $licence }.
models-fetch-unknown = { $model }: size and licence stand on its page at the hub.
models-sure = Download it?
models-fetched = { $model } is in { $path }
models-to-use = To use it: { $command }
models-say-yes = Nobody can be asked here: say yes with --yes.
models-not-commercial = Its licence allows research and no commercial use. Read it on the model's page at the hub.
models-checking = checking
models-of-language = Language models
models-of-embedding = Embedding models
models-column-name = name
models-column-size = size
models-column-memory = memory
models-column-licence = licence
models-column-state = here
models-in-use = in use
models-here = yes
models-not-here = no
models-memory-is = Memory is for a context of { $context } tokens (LLM_CONTEXT_SIZE); ! stands where it is more than this machine's { $total } allow.
models-added = { $model } is in { $path }
models-none-here = No model is on this machine.
models-verified-ok = { $model }: whole, as it was when it came
models-verified-unknown = { $model }: looks whole; its SHA-256 isn't known here
models-verified-damaged = { $model }: damaged ({ $path })
models-test-pair = Question → passage
models-test-skill = right one found
models-test-related = cosine, right
models-test-unrelated = cosine, unrelated
models-test-knows = knows it
models-test-partly = knows it partly
models-test-not = doesn't know it
models-test-means = Each question is held against all passages of a built-in set; “right one found” is how often its own is the nearest, 0% being chance. A high cosine alone says nothing: of a model that doesn't know a language, unrelated texts have one too. Such a language is searched by its words.
models-written = { $setting } stands in { $path }
models-environment-wins = The environment has another { $setting }, which wins over the file. Remove it there.
models-not-local = LLM_PROVIDER is { $provider }, so no model of this machine is used. Set LLM_PROVIDER=local.
models-not-local-embedding = EMBEDDINGS_PROVIDER is none, so no embedding model is used. Set EMBEDDINGS_PROVIDER=local.
models-next-language = It is used from the next start: a saseo run that is up has to be restarted.
models-next-embedding = It is used from the next start. Then bring the index up to date with it, which embeds every passage once: saseo index
models-index-again = Bring the index up to date with it: saseo index
models-engine = To run it, llama.cpp is needed: { $command }
offer-intro = Two better models can be fetched once. Saseo asks only this time; saseo models download gets them later.
offer-embedding = Embedding model { $model } ({ $size }, licence { $licence }): finds meanings in Korean and English.
offer-embedding-unknown = Embedding model { $model }: it is configured and isn't on this machine.
offer-language = Language model { $model } ({ $size }, licence { $licence }): for written answers.
offer-failed = The download didn't finish. Try again later with: { $command }
