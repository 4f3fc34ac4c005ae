"""What the language model of the settings weighs."""

from __future__ import annotations

from bot.models import language_model
from knowledge.models.llama.memory import COMPUTATION_BYTES
from knowledge.models.presets import DEFAULT


def test_memory_of_a_broken_file_is_estimated(tmp_path):
    """By the preset of its name, in proportion to its size."""
    from bot.settings import load_settings

    settings = load_settings(folder=tmp_path).settings
    path = tmp_path / DEFAULT.file_name
    size = DEFAULT.size // 100
    with path.open("wb") as file:
        file.truncate(size)
    assert language_model.memory_of(path, settings) == size + 32768 * 573 + COMPUTATION_BYTES
