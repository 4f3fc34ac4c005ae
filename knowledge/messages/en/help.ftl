### Help

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
    {""}
    While the bot runs, its language model writes the answer; otherwise the documents are quoted at once. --model starts the model for this one question, which takes a while.
help-ask-examples =
    saseo ask "How do I get VPN access?"
    saseo ask --json "연차는 며칠인가요?"
help-index = Index folders, or bring the index up to date
    {""}
    Folders that are named are remembered. Without any, all that are remembered or configured are brought up to date. “saseo index rebuild” makes the index anew from the catalog, without reading the documents again; “check” holds it against the catalog, and with --repair puts it right; “copy --to milvus” or “--to faiss” fills the other store's index (a folder of such a name is ./rebuild).
help-index-examples =
    saseo index ~/documents
    saseo index /mnt/hr --scope slack:T024/C0HR
    saseo index
    saseo index rebuild
    saseo index copy --to milvus
    saseo index check --repair
help-docs = List, show and forget documents
help-docs-list = List the indexed documents
help-docs-show = Show one document and its passages
help-docs-add = Keep a copy of files or pages of the web, and index them
help-docs-remove = Forget one document
help-feedback = Export what people thought of the answers
help-feedback-export = Write all feedback as JSON lines
    {""}
    Each line has the question, the answer, its sources, the verdict (up or down), the reason, and who said it when.
help-search = Show the passages that a question finds
help-eval = Measure the search on a corpus in BEIR's layout
    {""}
    The folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv. It is indexed in a temporary place; your own index isn't touched.
help-doctor = Check this installation and say how to mend it
help-llm = Measure the language model, or serve it to other machines
help-llm-bench = Measure how fast this machine runs the language model, and recommend settings
    {""}
    Takes about a minute, or a quarter of one with --quick, and the whole machine. Nothing is changed: the recommended lines are for you to put into .env.
help-llm-bench-examples =
    saseo llm bench
    saseo llm bench --quick --plot speed.png
help-llm-serve = Serve this machine's language model over OpenAI's HTTP interface
    {""}
    Serves the model of LLM_MODEL_PATH to any OpenAI-compatible client, such as another machine's bot (LLM_PROVIDER=openai). Clients need the key in LLM_API_KEY; without one, only this machine may connect.
help-llm-serve-examples =
    saseo llm serve
    saseo llm serve --host 0.0.0.0 --port 8080
help-models = List, fetch, check and choose models
help-models-list = List the models: those to be had, and those on this machine
help-models-download = Download a model (asks first, and goes on where it was interrupted)
help-models-download-examples =
    saseo models download language
    saseo models download embedding
    saseo models download qwen2.5-3b
    saseo models download embedding BAAI/bge-m3
help-models-add = Check a model that came on a disk, and put it where Saseo looks for models
    {""}
    A language model is a GGUF file, an embedding model a folder of Sentence Transformers. Their sums are held against SHA256SUMS where there is one.
help-models-verify = Check size, header and SHA-256 of the models on this machine
help-models-test = Measure what an embedding model knows of Korean and English
help-models-use = Write the model to be used into .env
help-arg-question = what to ask; quote it if it holds special characters
help-arg-folder = folders to index, or one of the words rebuild, check and copy
help-arg-filter = a part of the title or path
help-arg-add = the files to add, or links to pages of hosts in ALLOW_URLS
help-arg-document = the number from docs list, the path, or a part of the title or path
help-arg-download = language, embedding, or a name of models list or of the hub
help-arg-verify = models of this machine (all of them by default)
help-arg-test = embedding model of this machine (by default the one in use)
help-arg-use = a name of models list, a file or a folder
help-arg-model-file = a GGUF file, or an embedding model's folder
help-opt-move = move it instead of copying it
help-opt-own-model = start the language model for this question if no bot runs
help-opt-host = the address to listen on (127.0.0.1: this machine alone)
help-opt-port = the port to listen on (8080)
help-opt-socket = listen on this Unix socket instead
help-opt-json = print JSON, and nothing else, on standard output
help-opt-yes = don't ask
help-opt-add-scope = who may read them: everyone, slack:TEAM, slack:TEAM/CHANNEL, …
help-opt-scope = search what this channel or person may read too; may be repeated
help-opt-index-scope = who may read these documents (everyone by default)
help-opt-forget-missing = believe that files that are gone were removed, however many
help-opt-to = with copy: faiss or milvus
help-opt-repair = with check: put right what is wrong
help-opt-sample = index this folder first if there is none yet
help-opt-explain = show both rankings, the scores, and whether the documents answer at all
help-opt-limit = how many passages (10)
help-opt-corpus = the corpus
help-opt-embedder = another embedding model than EMBEDDINGS_MODEL; none for words alone
help-opt-limit-queries = only the first N queries
help-opt-quick = fewer figures, in a quarter of the time
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
