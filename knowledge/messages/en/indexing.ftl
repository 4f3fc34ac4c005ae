### Indexing

progress-scanning = Looking
progress-reading = Reading
progress-indexing = Indexing
progress-finishing = Finishing
progress-asking = Asking
progress-measuring = Measuring
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
index-check-sound = The index is what the catalog says: { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}, { $vectors } with vectors; { $samples ->
    [one] a sample was
   *[other] { $samples } samples were
} found by words and vectors.
index-check-wrong = The index isn't what the catalog says ({ $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}, { $vectors } with vectors; looked at in { $samples } samples).
index-check-words-alone = { $passages ->
    [one] 1 passage is
   *[other] { $passages } passages are
} found by words alone: the embedding model doesn't know the language, so there are no vectors.
index-check-words =   words: { $missing } missing, { $surplus } too many
index-check-meaning =   vectors: { $missing } missing, { $surplus } too many
index-check-samples =   { $lost } of { $samples } samples weren't found by their own words and vectors
index-check-repair = Put it right with: saseo index check --repair
index-copied = To use it, set { $setting } in .env. What changes until then is made up for at the next start.
