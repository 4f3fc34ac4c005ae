### The language model's speed on this machine

bench-remote = The language model runs at { $address }. Run this command on that machine.
bench-running = Saseo is running with { $path } and needs the machine. Stop it first, then measure.
bench-no-model = There is no model to measure yet: { $path } doesn't exist. Get one with: saseo models download language
bench-busy = Other programs use { $percent } of the processors: the figures suffer. Close them for honest ones.
bench-nothing = Too little could be measured to recommend settings. Try again without --quick, with nothing else running.
bench-threads = threads
bench-read = Reading prompts, tokens a second
bench-read-column = { $count } in a step
bench-write = Writing answers, tokens a second in all
bench-write-column = { $count } at once
bench-advice = For .env on this machine
bench-now = {" "}(now { $value })
bench-why-threads = reads prompts fastest, { $rate } tokens a second; answers are written with fewer where that is faster
bench-why-parallel = so many at once write { $rate } tokens a second together, one alone { $alone }; more gain little
bench-why-parallel-one = one alone writes { $alone } tokens a second; more at once gain little
bench-why-parallel-memory = memory for the cache of more at once isn't free; this one takes { $memory } GB
bench-why-question = the longest prompt is read within about { $seconds } s
bench-why-question-memory = more doesn't fit in the free memory; the longest prompt is read within about { $seconds } s
bench-why-context = room for { $count } questions half that long, in { $memory } GB
bench-why-context-one = room for one question of that size, in { $memory } GB
bench-why-cache-whole = the whole precision fits in the free memory
bench-why-cache-half = half the memory, which is all that is free
bench-why-batch = reads { $rate } tokens a second; larger steps gain little
bench-why-smaller-model = This model leaves too little memory for questions. Close other programs, or choose a smaller one: saseo models list
