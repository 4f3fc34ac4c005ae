"""Times the whole hybrid search against FAISS's plain float scan, at 100,000 passages of 768 dimensions.

One thread, warm, without embedding the question. The corpus is made up: words by Zipf's law, vectors of low rank with noise, in
scopes of 1%, 29% and 70% of the passages. Prints the median of each and its ratio to `IndexFlatIP` over all vectors in the same run, and
recall@10 of the vectors against an exact search within the same scopes.

    python scripts/bench_search.py [--passages 100000] [--questions 60] [--folder DIR]
"""
