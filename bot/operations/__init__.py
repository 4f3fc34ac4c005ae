"""What an operator needs of a running librarian: whether it lives, whether it is ready, and figures."""
