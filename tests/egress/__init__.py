"""Proof that nothing leaves the machine: a day of the librarian's, with everything that it sends watched."""
