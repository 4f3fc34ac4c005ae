"""What is known: documents to passages to an index, and questions to passages to answers."""
