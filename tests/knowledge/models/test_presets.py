"""The language models that have a short name."""

from __future__ import annotations

import pytest

from bot.settings import Settings
from knowledge.models.presets import DEFAULT, PRESETS, preset


def test_the_default_is_the_file_of_the_settings():
    """What is fetched without a name has the name that LLM_MODEL_PATH has by default."""
    assert Settings.model_fields["llm_model_path"].default.name == DEFAULT.file_name
    assert preset("qwen2.5-7b") is DEFAULT


@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.name)
def test_a_preset_is_found_by_its_name_and_by_its_file(known):
    """In any case of letters, with or without folder and ending."""
    for name in (
        known.name,
        known.name.upper(),
        known.file_name,
        f"/srv/{known.file_name}",
        known.file_name[:-5],
    ):
        assert preset(name) is known


def test_only_the_licence_of_3b_forbids_commercial_use():
    """The others are Apache-2.0."""
    assert [known.name for known in PRESETS if not known.is_free] == ["qwen2.5-3b"]
    assert {known.licence for known in PRESETS if known.is_free} == {"Apache-2.0"}
    assert preset("gpt-4") is None
