### Models in use, and their download

models-embedding = Embedding model: { $model }
models-embedding-no-korean = It knows no Korean: Korean questions are matched by their words alone, and never with English documents.
models-embedding-better = A better one is to be had ({ $wanted }):
models-embedding-none = No embedding model: only words are matched, not meanings. To get { $wanted }:
models-embedding-no-library = No embedding model, as Sentence Transformers isn't installed: only words are matched. To install it:
models-embedding-off = Embeddings are off (EMBEDDINGS_PROVIDER=none): only words are matched, not meanings.
models-language-none = Answers are quoted from the documents word for word. To get the language model:
models-language-there = The language model is on this machine; this version still quotes its answers from the documents.
models-language-remote = Language model: { $model } (server); this version still quotes its answers from the documents.
models-have = { $model } is here already: { $path }
models-fetch = { $model }: { $size } to download, licence { $licence }.
models-fetch-unknown = { $model }: size and licence stand on its page at the hub.
models-sure = Download it?
models-fetched = { $model } is in { $path }
models-set = To use it, set in .env: { $setting }
models-index-again = Bring the index up to date with it: saseo index
models-engine = To run it, llama.cpp is needed: { $command }
offer-intro = Two better models can be fetched once. Saseo asks only this time; saseo models download gets them later.
offer-embedding = Embedding model { $model } ({ $size }, licence { $licence }): finds meanings in Korean and English.
offer-embedding-unknown = Embedding model { $model }: it is configured and isn't on this machine.
offer-language = Language model { $model } ({ $size }, licence { $licence }): for written answers.
offer-failed = The download didn't finish. Try again later with: { $command }
