"""What `bench_documents.py` is made of: its corpus, its readers, and the rows that need more than a page."""
