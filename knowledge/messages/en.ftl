### What people read, in English. The same messages with the same variables stand in ko.ftl.
### Whole numbers choose plurals; identifiers (process ids, line numbers) come as strings.

## Languages and ages

language-ko = Korean
language-en = English
age-now = just now
age-minutes = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
age-hours = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
age-days = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}
age-weeks = { $count ->
    [one] 1 week ago
   *[other] { $count } weeks ago
}

## Errors (knowledge/errors.py): error-CLASS, or error-CLASS-REASON

error-with-detail = { $sentence } ({ $detail })
error-saseo-error = Something went wrong.
error-invalid-input = This input can't be used.
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
error-unreadable-broken_link = The link leads nowhere.
error-unreadable-link_loop = The link leads back to itself.
error-unreadable-io = The disk reported an error while reading the file. The next run tries again.
error-unreadable-malformed = The file is damaged or isn't what its name says.
error-owner-gone = The saseo that owns { $path } ended before it did this. Run the command again.
error-missing-dependency = The package { $package } isn't installed. Install it with: { $command }
error-missing-dependency-not_yet = { $package } can't be used in this version yet. Set { $command } in .env.
error-model-unavailable = The model { $model } can't be used.
error-model-unavailable-not_downloaded = The model { $model } isn't on this machine. Download it with: saseo models download
error-model-unavailable-damaged = The files of the model { $model } are damaged. Download it again with: saseo models download
error-model-unavailable-unsupported = The model { $model } is of a kind that Saseo can't use. Choose another one in .env.
error-model-unavailable-device = The model { $model } can't run on this device. Set EMBEDDINGS_DEVICE=cpu in .env.
error-model-unavailable-unreachable = The model { $model } can't be downloaded: the hub can't be reached. Check the network connection and try again.
error-model-unavailable-denied = The hub doesn't give the model { $model } without a token. Set HF_TOKEN, and accept the model's conditions on its page.
error-model-unavailable-rate_limited = The hub asks to come back later for the model { $model }. Try again in a few minutes.
error-model-unavailable-not_found = There is no model { $model } at the hub, or it isn't public. Check its name.
error-model-unavailable-memory = There isn't enough memory for the model { $model }. Close other programs or choose a smaller model.
error-index-unavailable = The index can't be searched right now. Try again; if it stays so: saseo doctor
error-index-damaged = The index in { $path } can't be read. Make it anew from the catalog with: saseo index rebuild
error-catalog-damaged = The catalog { $path } can't be read. Stop Saseo, move this file away (keep it), and index your folders again: saseo index FOLDER
error-storage-full = The disk that holds { $path } is full. Free some space and run the command again; nothing that was indexed is lost.
error-already-running = Another saseo (process { $pid }) owns { $path }. Stop it first, or use another folder with --data-dir.

## Settings

env-did-you-mean = { $path }, line { $line }: there is no setting { $name }. Did you mean { $meant }?
env-unreadable-line = { $path }, line { $line } isn't NAME=value; it is ignored.
setting-wrong = { $name } is “{ $value }” ({ $where }). { $rule }
setting-wrong-unseen = { $name } ({ $where }): { $rule }
setting-place-environment = from the environment
setting-place-file = { $path }, line { $line }
setting-place-command = from the command line
setting-place-default = not set
setting-allowed-text = Allowed: some text.
setting-allowed-choice = Allowed: { $choices }.
setting-allowed-integer = Allowed: a whole number from { $low } to { $high }.
setting-allowed-number = Allowed: a number from { $low } to { $high }.
setting-allowed-url = Allowed: an address that begins with { $schemes }.
setting-allowed-schedule = Allowed: five crontab fields such as */15 * * * *, an interval such as 15m or 2h, or off.
setting-allowed-device = Allowed: cpu, cuda, cuda:0 (or another number) or mps.
setting-allowed-collection = Allowed: letters, digits and _, not beginning with a digit.
setting-allowed-folders = Allowed: path or path=scope, several parted by semicolons.
setting-allowed-file = There is no such file. Check the path.
setting-allowed-env-file = This file can't be read ({ $detail }). Check the path.
setting-allowed-needed-by = { $other } needs it.
setting-allowed-less-than = It must be less than { $other }.

## Sources and answers

source-page = p. { $page }
source-line = line { $first }
source-lines = lines { $first }–{ $last }
answer-sources = Sources
answer-nearest = Nearest documents
answer-label-extractive = Quoted word for word from the documents; no language model wrote this.
answer-label-cached = Answered before from the same documents.
answer-label-stopped = Stopped.
answer-not-found = The documents don't say.{ $nearest ->
    [0] {""}
   *[other] { " " }These come nearest.
}
answer-unexpected = Something unexpected went wrong while answering. Ask again; if it happens again, tell whoever runs Saseo.
answer-failed = { $message } (id { $incident }; the log says more)
replaced-regenerated = (The text above no longer counts; the answer is written anew.)
replaced-fallback = (The text above no longer counts; here is what the documents say.)
replaced-claim_removed = (The text above no longer counts; something in it had no source.)
stage-opening = Opening the documents…
stage-warming = Loading the models; your question comes right after…
stage-queued = { $position ->
    [one] One question is before yours…
   *[other] { $position } questions are before yours…
}
stage-searching = Searching the documents…
stage-reading = Reading…
stage-writing = Writing…
stage-found = { $count ->
    [one] Found: { $titles }
   *[other] Found in { $count } documents: { $titles }
}

## The chat

chat-prompt = ask>
chat-press-again = Press Ctrl-C again to leave, or ask on.
chat-goodbye = Goodbye.
chat-no-sources = No answer with sources yet.
chat-unknown-command = There is no command { $command }. /help lists them.
chat-language = Speaking English; answers are in English too.
chat-language-auto = Answers are in the language of the question.
chat-language-which = Write /lang ko, /lang en or /lang auto.
chat-scope = Searching what these may read: { $scopes }
chat-forgotten = A new conversation; what was said before is forgotten.
chat-usage-sources = /sources
chat-usage-lang = /lang ko|en|auto
chat-usage-scope = /scope SCOPE…
chat-usage-new = /new
chat-usage-help = /help
chat-usage-quit = /quit
chat-help-sources = show the passages that the last answer stands on
chat-help-lang = change the language
chat-help-scope = search what a channel or a person may read too
chat-help-new = begin a new conversation
chat-help-help = show this
chat-help-quit = leave (Ctrl-D too)
banner-name = Saseo
banner-what = answers from your own documents
banner-known = { $documents ->
    [one] 1 document
   *[other] { $documents } documents
}, { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}.
banner-empty = No documents yet. Leave and run: saseo index FOLDER
banner-leave = /help shows the commands, /quit leaves.

## Running

run-sample = No folder yet: indexing the sample handbook { $folder }. Add your own with: saseo index FOLDER
run-no-chat-platforms = Chat tokens are set, but this version can't connect to Slack or Discord yet. It runs without them.
run-serving = Running without a terminal: the documents are kept up to date until this process is stopped.
run-stopped = Stopped.
cli-interrupted = Interrupted.
cli-nothing-done = Nothing was changed.
cli-unexpected = Something unexpected went wrong (id { $incident }). Details are in { $log } under this id; --verbose shows them here.
cli-unexpected-early = Something unexpected went wrong before the log was open: { $error }: { $detail }. --verbose shows more.

## Indexing

progress-scanning = Looking
progress-reading = Reading
progress-indexing = Indexing
progress-finishing = Finishing
progress-asking = Asking
progress-rate = { $rate }/s
progress-left = { $time } left
index-no-folder = No folder to index yet. Name one: saseo index FOLDER (or set SHARED_FOLDERS in .env).
index-stopping = Stopping after this document; what is done stays. Ctrl-C again stops at once.
index-added = added
index-changed = changed
index-moved = moved
index-removed = removed
index-unchanged = unchanged
index-skipped = skipped
index-failed = failed
index-time = time
index-more-problems = { $count ->
    [one] … and one more; --verbose shows it.
   *[other] … and { $count } more; --verbose shows them.
}
index-rebuilt = The index was made anew: { $documents ->
    [one] 1 document
   *[other] { $documents } documents
}, { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}.

## Documents

docs-none = Nothing is indexed yet. Begin with: saseo index FOLDER
docs-none-found = No document matches “{ $wanted }”. saseo docs list shows all.
docs-several = { $count ->
    [one] One document matches “{ $wanted }”.
   *[other] { $count } documents match “{ $wanted }”. Give the number of one.
}
docs-total = { $documents ->
    [one] 1 document
   *[other] { $documents } documents
}, { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}
docs-id = No.
docs-title = title
docs-path = path
docs-scope = scope
docs-language = language
docs-size = size
docs-modified = modified
docs-age = age
docs-passages = passages
docs-remove-means = “{ $title }” ({ $path }) will be forgotten: answers no longer use it, and later runs leave it out until you index it by its own name. The file itself stays.
docs-remove-sure = Forget it?
docs-removed = Forgotten: { $title } ({ $path })

## Search

search-nothing = Nothing found.
search-language = language
search-trust = trust in meaning
search-probability = answer in the documents?
search-answerable = judged yes (probability { $probability })
search-unanswerable = judged no (probability { $probability })
search-repaired = words read as
search-time = time
search-score = score
search-lexical = words
search-lexical-rank = rank
search-dense = meaning
search-dense-rank = rank
search-language-short = lang
search-also-in = also in { $path }

## Evaluation

eval-measure = measure
eval-value = value
eval-queries = queries
eval-passages = passages
eval-milliseconds = ms per query
eval-plotted = The picture is in { $path }.
eval-plot-failed = The picture { $path } can't be written ({ $detail }). Name a file that ends in .png, .svg or .pdf, in a folder that exists.

## Models in use, and their download

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

## Doctor

doctor-python = Python
doctor-cpu = processor
doctor-memory = memory
doctor-disk = disk
doctor-packages = packages
doctor-settings = settings
doctor-tokens = tokens
doctor-language-model = language
doctor-engine = llama.cpp
doctor-embedding = embedding
doctor-folders = folders
doctor-index = index
doctor-python-is = { $version } ({ $path })
doctor-cpu-is = { $count ->
    [one] 1 core
   *[other] { $count } cores
} for Saseo; { $features }
doctor-cpu-slow = Without AVX2 the models are slow; prefer a newer processor.
doctor-memory-is = { $free } of { $total } free; with the language model about { $needed } are needed
doctor-memory-little = Choose a smaller language model (LLM_MODEL_PATH) or a smaller LLM_CONTEXT_SIZE.
doctor-memory-busy = Close other programs before the language model runs, or set a smaller LLM_CONTEXT_SIZE.
doctor-disk-is = { $free } free for { $path }
doctor-disk-little = Free some space, or set DATA_DIR to another disk.
doctor-package-missing = { $package } isn't installed
doctor-package-install = { $command }
doctor-no-env-file = no .env in { $folder }; the defaults and the environment hold
doctor-env-file = { $path }
doctor-platforms = { $platforms }
doctor-no-tokens = none set; the terminal is the place to ask
doctor-token-missing = { $missing } is missing; Slack needs both of its tokens
doctor-token-set = Set { $missing } in .env.
doctor-model-remote = { $model } at { $address }
doctor-model-missing = no file at { $path }; answers are quoted from the documents
doctor-model-download = saseo models download language
doctor-model-unreadable = { $path } can't be read ({ $detail })
doctor-model-permission = Give the account that runs Saseo the right to read it.
doctor-model-damaged = { $path } is no GGUF file
doctor-model-download-again = Delete it, then: saseo models download language
doctor-model-there = { $path } ({ $size })
doctor-engine-building = being built, { $percent } % done
doctor-engine-wait = Nothing to do; it goes on in the background.
doctor-engine-there = installed
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

## Help

help-usage = Usage:
help-usage-options = [options]
help-commands = Commands
help-arguments = Arguments
help-options = Options
help-common = Options of every command
help-examples = Examples
metavar-command = COMMAND
metavar-question = QUESTION
metavar-folder = FOLDER
metavar-file = FILE
metavar-scope = SCOPE
metavar-document = DOCUMENT
metavar-model = MODEL
metavar-indexed = FOLDER
metavar-n = N
help-saseo = A team's librarian: answers in Korean and English from your own documents, with sources, on your own machine.
help-saseo-examples =
    saseo index ~/documents
    saseo ask "How many days of leave do I have?"
    saseo chat
help-run = Run everything that is configured
    {""}
    At a terminal this is the chat, with the documents kept up to date behind it. With a pipe as input, each line is answered. Without input (in a container) it stays up until it is stopped.
help-chat = Converse at the terminal
help-ask = Ask one question
help-ask-examples =
    saseo ask "How do I get VPN access?"
    saseo ask --json "연차는 며칠인가요?"
help-index = Index folders, or bring the index up to date
    {""}
    Folders that are named are remembered. Without any, all that are remembered or configured are brought up to date. “saseo index rebuild” makes every index anew from the catalog, without reading the documents again (a folder of that name is ./rebuild).
help-index-examples =
    saseo index ~/documents
    saseo index /mnt/hr --scope slack:T024/C0HR
    saseo index
    saseo index rebuild
help-docs = List, show and forget documents
help-docs-list = List the indexed documents
help-docs-show = Show one document and its passages
help-docs-remove = Forget one document
help-search = Show the passages that a question finds
help-eval = Measure the search on a corpus in BEIR's layout
    {""}
    The folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv. It is indexed in a temporary place; your own index isn't touched.
help-doctor = Check this installation and say how to mend it
help-models = Download models
help-models-download = Download a model (asks first)
help-download-embedding = Download the embedding model
help-download-language = Download the language model
help-arg-question = what to ask; quote it if it holds special characters
help-arg-folder = folders to index, or the word rebuild
help-arg-filter = a part of the title or path
help-arg-document = the number from docs list, the path, or a part of the title or path
help-arg-model = the model's name at the hub (EMBEDDINGS_MODEL by default)
help-opt-json = print JSON, and nothing else, on standard output
help-opt-yes = don't ask
help-opt-scope = search what this channel or person may read too; may be repeated
help-opt-index-scope = who may read these documents (everyone by default)
help-opt-forget-missing = believe that files that are gone were removed, however many
help-opt-sample = index this folder first if there is none yet
help-opt-explain = show both rankings, the scores, and whether the documents answer at all
help-opt-limit = how many passages (10)
help-opt-corpus = the corpus
help-opt-embedder = another embedding model than EMBEDDINGS_MODEL; none for words alone
help-opt-limit-queries = only the first N queries
help-opt-plot = draw a picture (.png, .svg, .pdf)
help-opt-data-dir = where all state is kept (DATA_DIR, ./data by default)
help-opt-env-file = read settings from this file instead of ./.env
help-opt-lang = the language of the screen and of answers
help-opt-verbose = show more, and tracebacks of errors
misuse-no-such-option = There is no option { $name }.
misuse-no-such-option-close = There is no option { $name }. Did you mean { $close }?
misuse-missing = { $name } is missing.
misuse-bad-value = { $name } can't be used so: { $detail }
misuse-option-needs-value = The option { $name } needs a value.
misuse-no-such-command = There is no such command. Commands: { $commands }
misuse-too-much = This is too much: { $given }
misuse-other = The command wasn't understood: { $detail }
misuse-see-help = Help: { $command }
