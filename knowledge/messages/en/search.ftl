### Search

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
