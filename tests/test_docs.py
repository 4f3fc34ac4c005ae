"""What the documentation says can be done, can be done."""

from __future__ import annotations

import pytest

from bot.opening import open_knowledge
from bot.settings import load_settings
from tests.docs import ROOT, blocks
from tests.http_server import served
from tests.knowledge.models.fake_server import ANSWER, FakeServer
from tests.librarian import fill


@pytest.mark.parametrize("page", ["langchain.md", "langchain.ko.md"])
def test_the_langchain_example_runs(page, tmp_path, monkeypatch, capsys):
    """As it stands, in the folder of an .env, with a local server in the place of the model."""
    (example,) = [block.text for block in blocks(ROOT / "docs" / page) if block.language == "python"]
    fill(
        tmp_path / "handbook",
        {"travel.md": "# Travel\n\nThe hotel limit for Tokyo is 25,000 yen. 연차는 15일.\n"},
    )
    server = FakeServer()
    with served(server.application()) as address:
        (tmp_path / ".env").write_text(
            f"SHARED_FOLDERS=handbook\nEMBEDDINGS_PROVIDER=none\nLLM_PROVIDER=openai\nLLM_BASE_URL={address}/v1\n"
            "LLM_MODEL=qwen\n"
        )
        monkeypatch.chdir(tmp_path)
        with open_knowledge(load_settings().settings) as knowledge:
            knowledge.refresh()
        exec(compile(example, page, "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == "".join(ANSWER)
    (asked,) = server.bodies
    assert "25,000 yen" in asked["messages"][0]["content"]
    assert asked["temperature"] == 0
