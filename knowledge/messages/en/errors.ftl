### Errors (knowledge/errors.py): error-CLASS, or error-CLASS-REASON

error-with-detail = { $sentence } ({ $detail })
error-saseo-error = Something went wrong.
error-invalid-input = This input can't be used.
error-invalid-input-store = The index can be copied to faiss or milvus, whichever VECTOR_STORE isn't; “{ $store }” won't do.
error-invalid-input-message = The language model reads text from system, human and AI messages only. This can’t be given to it: { $kind }
error-invalid-scope = “{ $scope }” is no scope. A scope is everyone, slack:TEAM, slack:TEAM/CHANNEL, discord:SERVER/CHANNEL or slack:TEAM/@PERSON.
error-invalid-folder = The folder { $path } can't be used.
error-invalid-folder-missing = The folder { $path } doesn't exist. Check its name, or whether its disk is connected.
error-invalid-folder-not_a_folder = { $path } is a file, not a folder. Name the folder that it is in.
error-invalid-folder-unreadable = The folder { $path } can't be read. Give the account that runs Saseo the right to read it.
error-invalid-folder-options = The options of { $path } can't be used. Correct them in folders.toml or SHARED_FOLDERS.
error-invalid-folder-unknown_option = { $path } has an option that doesn't exist. Correct its name.
error-invalid-corpus = The corpus can't be used: { $path }
error-invalid-corpus-missing = { $path } is missing or can't be read. A corpus folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv.
error-invalid-corpus-encoding = { $path } isn't UTF-8 text. Save it as UTF-8.
error-invalid-corpus-json = { $path } isn't a JSON object.
error-invalid-corpus-field = A field is missing, empty or no text at { $path }.
error-invalid-corpus-qrels = { $path } isn't a judgement: three columns parted by tabs are needed (query id, document id, whole number).
error-invalid-corpus-twice = An id stands twice in { $path }.
error-invalid-corpus-no_queries = { $path } judges none of the queries in queries.jsonl relevant to anything, so there is nothing to measure.
error-invalid-settings = { $count ->
    [one] A setting can't be used:
   *[other] { $count } settings can't be used:
}
error-invalid-user-words = The user dictionary { $path } can't be used (line { $line }: { $text }).
error-invalid-user-words-encoding = The user dictionary { $path } isn't UTF-8 text. Save it as UTF-8.
error-invalid-user-words-empty_word = The user dictionary { $path } has no word in line { $line }.
error-invalid-user-words-tag = The user dictionary { $path } has a tag in line { $line } that doesn't exist: { $text } Use NNP for a name.
error-invalid-user-words-columns = The user dictionary { $path } has too many columns in line { $line }: { $text } Write a word, and after a tab its tag if it needs one.
error-removal-withheld = Nothing of the folder { $path } was forgotten, because { $missing } of its { $known } files are missing.
error-removal-withheld-gone = The folder { $path } isn't there. { $known ->
    [one] The document that was indexed from it stays.
   *[other] The { $known } documents that were indexed from it stay.
} Connect its disk, or remove the folder from the settings.
error-removal-withheld-emptied = The folder { $path } is empty. { $known ->
    [one] The document that was indexed from it stays.
   *[other] The { $known } documents that were indexed from it stay.
} If it was emptied on purpose: saseo index { $path } --forget-missing
error-removal-withheld-many = In the folder { $path }, { $missing } of { $known } files are missing at once; they stay in the index. If they were removed on purpose: saseo index { $path } --forget-missing
error-unreadable = This document can't be read.
error-unreadable-unsupported = Saseo doesn't read this format yet.
error-unreadable-too_large = The file is larger than the limit.
error-unreadable-empty = The file holds no text.
error-unreadable-binary = The file isn't text, whatever its name says.
error-unreadable-encoding = The text's encoding can't be told. Save the file as UTF-8.
error-unreadable-permission = The right to read the file is missing. Give it to the account that runs Saseo.
error-unreadable-duplicate_name = Another file of this folder has the same name, written with other bytes. Rename one of them.
error-unreadable-unexpected = Reading the file failed in a way that Saseo doesn't know. The log has the details.
error-unreadable-vanished = The file was gone before it could be read.
error-unreadable-changing = The file changed while it was being read. The next run tries again.
error-unreadable-link = The link leads out of the folder. To follow it, set follow_links in folders.toml.
error-unreadable-link_private = The link leads to a hidden file or to Saseo's own data, which is never followed.
error-unreadable-broken_link = The link leads nowhere.
error-unreadable-link_loop = The link leads back to itself.
error-unreadable-io = The disk reported an error while reading the file. The next run tries again.
error-unreadable-malformed = The file is damaged or isn't what its name says.
error-unreadable-too_complex = Reading the file takes more memory than it may (PARSE_MEMORY_MB), or gives more text (PARSE_CHARACTERS).
error-unreadable-timed_out = Reading the file took longer than it may (PARSE_SECONDS).
error-unreadable-crashed = The process that read the file died of it. Nothing else was affected.
error-unreadable-encrypted = The file is locked with a password. Save a copy without one.
error-unreadable-distribution = This is a Hangul document for distribution (배포용 문서), whose text only Hancom's own viewer can unlock. Ask its author for the original.
error-unreadable-needs_ocr = The pages are pictures without text (scans). Install Tesseract (saseo doctor says how), or save the file with recognised text.
error-unreadable-not_installed = This format needs packages that aren't installed.
error-owner-gone = The saseo that owns { $path } ended before it did this. Run the command again.
error-missing-dependency = The package { $package } isn't installed. Install it with: { $command }
error-model-unavailable = The model { $model } can't be used.
error-model-unavailable-not_downloaded = The model { $model } isn't on this machine. Download it with: saseo models download
error-model-unavailable-not_here = The model { $model } isn't on this machine. Download it with: saseo models download { $model }
error-model-unavailable-damaged = The files of the model { $model } are damaged. Download it again with: saseo models download
error-model-unavailable-unsupported = The model { $model } is of a kind that Saseo can't use. Choose another one in .env.
error-model-unavailable-device = The model { $model } can't run on this device. Set EMBEDDINGS_DEVICE=cpu in .env.
error-model-unavailable-unreachable = The model { $model } can't be downloaded: the hub can't be reached. Check the network connection and try again.
error-model-unavailable-denied = The hub doesn't give the model { $model } without a token. Set HF_TOKEN, and accept the model's conditions on its page.
error-model-unavailable-rate_limited = The hub asks to come back later for the model { $model }. Try again in a few minutes.
error-model-unavailable-not_found = There is no model { $model } at the hub, or it isn't public. Check its name.
error-model-unavailable-unknown = There is no model { $model } in the list. See: saseo models list. A model of the hub has the name owner/model.
error-model-unavailable-unreadable = { $model } can't be read.
error-model-unavailable-not_gguf = { $model } is no GGUF file. A language model has to be one.
error-model-unavailable-truncated = { $model } is shorter than it says: the copy or the download broke off.
error-model-unavailable-not_generating = { $model } can't write text: it is an embedding model, an adapter or a vocabulary.
error-model-unavailable-part = { $model } is one of several files of a model. Take a model that is one file.
error-model-unavailable-other_sum = { $model } isn't the file that is known under this name: its SHA-256 differs. Copy it again, or give it another name.
error-model-unavailable-not_embedding = { $model } isn't a whole Sentence Transformers model: configuration, tokenizer or weights are missing.
error-model-unavailable-other_there = { $model } is there already. Remove it first, or give the new one another name.
error-model-unavailable-memory = There isn't enough memory for the model { $model }. Close other programs or choose a smaller model.
error-generation-failed = The language model gave no answer.
error-generation-failed-busy = Too many questions are waiting for the language model. Ask again in a few minutes.
error-generation-failed-too_long = The question is too long for the language model. Ask it in fewer words.
error-generation-failed-crashed = The language model's process ended in the middle of the answer.
error-generation-failed-hung = The language model gave no sign of life and was stopped.
error-generation-failed-not_ready = The language model isn't running.
error-generation-failed-unreachable = The language model's server can't be reached. Check LLM_BASE_URL and whether it runs.
error-generation-failed-denied = The language model's server refuses the key. Check LLM_API_KEY.
error-generation-failed-rate_limited = The language model's server has too many requests. Ask again in a few minutes.
error-generation-failed-cut = The language model's server broke off in the middle of the answer.
error-generation-failed-invalid = What the language model's server sent can't be understood. Check that LLM_BASE_URL names an OpenAI-compatible server.
error-generation-failed-refused = The language model's server refuses the request.
error-generation-failed-empty = The language model wrote nothing.
error-generation-failed-language = The language model wrote in another language.
error-generation-failed-deadline = The language model took too long.
error-index-unavailable = The index can't be searched right now. Try again; if it stays so: saseo doctor
error-index-unavailable-down = The Milvus server at { $address } can't be reached, so nothing can be searched right now. Saseo goes on by itself once it is back; what was indexed is not lost. Check that it runs, and MILVUS_HOST, MILVUS_PORT and MILVUS_TLS.
error-index-unavailable-tls = No safe connection to the Milvus server at { $address } can be made. Check MILVUS_TLS, that MILVUS_TLS_CA has the authority that signed the server's certificate, MILVUS_TLS_SERVER_NAME where the certificate names another host, and MILVUS_TLS_CERTIFICATE and MILVUS_TLS_KEY where the server wants to know who calls.
error-index-unavailable-timeout = The Milvus server at { $address } didn't answer in time. Try again; if it stays so, give it more resources or raise MILVUS_TIMEOUT.
error-index-unavailable-denied = The Milvus server at { $address } refuses the user. Check MILVUS_USER and MILVUS_PASSWORD, or MILVUS_TOKEN.
error-index-unavailable-database = The Milvus server at { $address } has no such database. Make it there, or correct MILVUS_DATABASE.
error-index-unavailable-version = The Milvus server at { $address } is of version { $version }; Saseo needs 2.3 or newer.
error-index-unavailable-full = The Milvus server at { $address } has no room left. Give it more disk or memory; what couldn't be written is written with the next refresh.
error-index-unavailable-missing = The collection isn't at the Milvus server yet. Fill it with: saseo index rebuild (or start saseo run)
error-index-unavailable-foreign = The collection { $collection } at { $address } was made by another program. Choose another MILVUS_COLLECTION_NAME.
error-index-unavailable-taken = The collection { $collection } at { $address } belongs to another catalog. Choose another MILVUS_COLLECTION_NAME, or drop it there if nobody needs it.
error-index-unavailable-dimension = The collection { $collection } holds vectors of another embedding model, of { $found } numbers; this one's have { $wanted }. Use the same EMBEDDINGS_MODEL as the saseo that writes it, or choose another MILVUS_COLLECTION_NAME.
error-index-unavailable-value = The index can't take a value.
error-index-unavailable-refused = The Milvus server at { $address } refuses the request.
error-index-damaged = The index in { $path } can't be read. Make it anew from the catalog with: saseo index rebuild
error-catalog-damaged = The catalog { $path } can't be read. Stop Saseo, move this file away (keep it), and index your folders again: saseo index FOLDER
error-storage-full = The disk that holds { $path } is full. Free some space and run the command again; nothing that was indexed is lost.
error-chat-unavailable = { $platform } can't be used now.
error-chat-unavailable-token = { $platform } doesn't accept the bot's token. Copy it anew from the app's page (docs/slack.md, docs/discord.md) into .env.
error-chat-unavailable-app_token = { $platform } doesn't accept the app's token (SLACK_APP_TOKEN, xapp-). Make one with connections:write under Basic Information > App-Level Tokens (docs/slack.md).
error-chat-unavailable-scope = The app lacks a permission on { $platform }. Install it again with the manifest of docs/slack.md.
error-chat-unavailable-unreachable = { $platform } can't be reached.
error-chat-unavailable-gone = The message or channel on { $platform } isn't there any more.
error-chat-unavailable-refused = { $platform } refused.
error-already-running = Another saseo (process { $pid }) owns { $path }. Stop it first, or use another folder with --data-dir.
