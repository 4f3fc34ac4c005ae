"""Qwen 2.5, and other models in GGUF files, through llama.cpp: the engine, and the process around it.

Nothing here is imported by the bot's own process but `options`: llama.cpp can crash, and may take its own
process down, and no other.
"""
