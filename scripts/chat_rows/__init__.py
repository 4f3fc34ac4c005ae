"""The towns in which `python -m scripts.bench_chats` asks: a platform's local server, and the bot in it."""
