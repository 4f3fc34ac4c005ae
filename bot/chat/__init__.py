"""The chat side: what adapters ask of a librarian, what people may do, and what is kept of it."""
