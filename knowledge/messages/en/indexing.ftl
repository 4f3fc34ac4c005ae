### Indexing

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
