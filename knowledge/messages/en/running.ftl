### Running

run-sample = No folder yet: indexing the sample handbook { $folder }. Add your own with: saseo index FOLDER
run-no-chat-platforms = Chat tokens are set, but this version can't connect to Slack or Discord yet. It runs without them.
run-serving = Running without a terminal: the documents are kept up to date until this process is stopped.
run-stopped = Stopped.
cli-interrupted = Interrupted.
cli-nothing-done = Nothing was changed.
cli-unexpected = Something unexpected went wrong (id { $incident }). Details are in { $log } under this id; --verbose shows them here.
cli-unexpected-early = Something unexpected went wrong before the log was open: { $error }: { $detail }. --verbose shows more.
