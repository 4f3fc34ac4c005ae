### The language model's own process

error-model-unavailable-build = This build of llama.cpp doesn't run on this processor. Build it again for this machine with: make llama
error-model-unavailable-died = The process of the model { $model } ended as it was being started.
error-model-unavailable-crashed = The process of the model { $model } ended unexpectedly; it is being started again.
error-model-unavailable-slow = The process of the model { $model } took too long to answer and was stopped.
error-model-unavailable-crash_loop = The process of the model { $model } keeps failing. It is tried again later, and at once when the model's file changes; until then answers quote the documents. Its log:
error-model-unavailable-unexpected = The model { $model } can't be used, for an unexpected reason. DATA_DIR/logs/model.log has more.
error-model-unavailable-address = The language model can't be served there. Choose another --host or --port.
llm-serve-starting = Starting the model { $model }…
llm-serve-ready = The model { $model } is served at { $address } until you stop this with Ctrl+C.
llm-serve-here = For another bot on this machine, in its .env (other machines can't reach this address; see --host):
llm-serve-elsewhere = For another machine's bot, in its .env:
llm-serve-key = Other machines can reach { $host }: set LLM_API_KEY in .env, so that not everyone may use the model.
stage-model = Starting the language model…
