from pathlib import Path

FOLDER = Path("scripts/models/qwen2.5-gguf")
"""Where language models are, from the folder of the settings."""
