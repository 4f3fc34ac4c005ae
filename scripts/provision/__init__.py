"""What setup.py and build_llama.py are made of. Standard library only: it runs before any installation."""
