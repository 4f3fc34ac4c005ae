### Sources and answers

source-page = p. { $first }
source-pages = pp. { $first }–{ $last }
source-slide = slide { $slide }
source-sheet = sheet “{ $sheet }”
source-row = row { $first }
source-rows = rows { $first }–{ $last }
answer-before = The same question was answered here before: { $age }
source-attached = came with the question
source-approved = approved answer
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
answer-doubtful = This may be what you are looking for; the documents may not answer it.
answer-link-removed = (link removed)
answer-unexpected = Something unexpected went wrong while answering. Ask again; if it happens again, tell whoever runs Saseo.
answer-failed = { $message } (id { $incident }; the log says more)
answer-label-why-not = { $why } Quoted word for word from the documents instead.
answer-label-stale = Older than documents of this folder should be, so check whether it still holds: { $sources }
source-stale = { $age } (out of date?)
answer-label-unsupported = Not in the cited sources, so check before you rely on it: { $claims }
replaced-regenerated = (The text above no longer counts; the answer is written anew.)
replaced-fallback = (The text above no longer counts; here is what the documents say.)
replaced-claim_removed = (The text above no longer counts; something in it had no source.)
stage-opening = Opening the documents…
stage-warming = Searching while the models load…
stage-queued = { $position ->
    [0] Your question is next…
    [one] One question is before yours…
   *[other] { $position } questions are before yours…
}
stage-queued-seconds = { $position ->
    [0] Your question is next; about { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }…
    [one] One question is before yours; about { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }…
   *[other] { $position } questions are before yours; about { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }…
}
stage-searching = Searching the documents…
stage-reading = Reading…
stage-writing = Writing…
stage-restarting = Saseo is being restarted. Your question is kept; the answer follows here.
stage-found = { $count ->
    [one] Found: { $titles }
   *[other] Found in { $count } documents: { $titles }
}
