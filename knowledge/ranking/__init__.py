"""Ranking, without input or output: from a question and candidate passages to those that answer.

In the order in which retrieval calls it:

1. `query.build(text, analyzer)` analyses the question.
2. `repair.repaired(query, analyzer, statistics)` replaces unknown Latin words by what the asker may know.
3. The index looks for candidates: by `query.forms` and `query.bigrams`, and by the query's vector.
4. `bm25.scores(query, passages, statistics)` scores all candidates, 0 to 1.
5. `fusion.fuse(language, languages, lexical, cosines, abilities)` adds what the embedder knows.
6. `editions.current_first(question, titles, scores, year)` puts last year's rules behind this year's.
7. `diversify.choose(scores, passages, documents, limit)` takes out copies and spreads over documents.
8. `sections.sections_first(places)` puts a section before its subsections where both have as much.
9. `answerable.judge(query, best, lexical, weights, analyzer)` tells whether the best of them answers at all;
   `weights[language]` is `bm25.weigh(query, language, statistics)`.
"""
