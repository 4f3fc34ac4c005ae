"""What writes answers: for now sentences quoted from the passages."""
