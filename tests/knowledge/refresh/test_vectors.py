"""A run without a model, with one that fails, and with another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import refresh as refresh_module
from knowledge.errors import MissingDependency, ModelUnavailable
from knowledge.sources.options import Folder
from tests.knowledge.refresh.shelf import Shelf, counts, note
from tests.librarian import (
    CountingEmbedder,
    assert_nothing_is_left_over,
    by_meaning,
    by_word,
    fill,
    open_knowledge,
)


class Failing(CountingEmbedder):
    """A model that stops working after some texts."""

    def __init__(self, after: int, error: Exception) -> None:
        super().__init__()
        self.left = after
        self.error = error

    def embed_documents(self, texts):
        self.left -= len(texts)
        if self.left < 0:
            raise self.error
        return super().embed_documents(texts)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable(model="hash", reason="damaged"),
        MissingDependency(package="sentence-transformers", command="pip install"),
    ],
)
def test_a_model_that_fails_costs_only_the_meaning(
    tmp_path: Path, folder: Path, after: int, error: Exception
) -> None:
    """Documents are indexed by their words, the report tells of the model, and a model that works makes up for it."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(6)})
    failing = Failing(after, error)
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=failing)
    report = knowledge.refresh()
    assert report.added == 6
    assert [(problem.uri, problem.error) for problem in report.problems] == [(failing.name, error)]
    assert [type(problem.error) for problem in knowledge.status().problems] == [type(error)]
    assert by_word(knowledge, "kiwi5") == [str(folder / "5.md")]
    failing.left = 100
    report = knowledge.refresh()
    assert counts(report) == {"unchanged": 6}
    assert failing.texts == 6
    assert report.problems == knowledge.status().problems == ()
    assert by_meaning(knowledge, "about kiwi5") == str(folder / "5.md")
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


def test_a_model_that_comes_later_embeds_what_is_there(tmp_path: Path, folder: Path) -> None:
    """The first run with a model gives every passage its vector, without reading a file."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    knowledge = open_knowledge(tmp_path / "data", folder)
    knowledge.refresh()
    knowledge.close()
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", embedder=embedder)
    assert by_word(knowledge, "kiwi3") == [str(folder / "3.md")]
    assert by_meaning(knowledge, "about kiwi3") is None
    shelf = Shelf(Folder(folder))
    assert counts(knowledge.refresh_from([shelf])) == {"unchanged": 5}
    assert (shelf.reads, embedder.texts) == ([], 5)
    assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
    assert counts(knowledge.refresh_from([shelf])) == {"unchanged": 5}
    assert embedder.texts == 5
    knowledge.close()


def test_another_model_never_meets_the_old_vectors(tmp_path: Path, folder: Path) -> None:
    """With another model, meaning is searched only once the passages have its own vectors; going back costs nothing."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    first, second = CountingEmbedder(), CountingEmbedder(dimensions=32)
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=first)
    knowledge.refresh()
    knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=second)
    assert by_meaning(knowledge, "about kiwi3") is None
    knowledge.refresh()
    assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
    knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=first)
    assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
    knowledge.refresh()
    assert (first.texts, second.texts) == (5, 5)
    knowledge.close()


def test_embedding_what_is_there_can_be_stopped(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vectors that were made before the stop are kept and searched; the next run makes the rest."""
    monkeypatch.setattr(refresh_module, "_EMBED_LIVE_AT_ONCE", 2)
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(7)})
    knowledge = open_knowledge(tmp_path / "data", folder)
    knowledge.refresh()
    knowledge.close()
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder)
    knowledge.refresh(stopped=lambda: embedder.texts >= 4)
    assert embedder.texts == 4
    assert by_meaning(knowledge, "about kiwi") is not None
    knowledge.refresh()
    assert embedder.texts == 7
    assert_nothing_is_left_over(knowledge)
    knowledge.close()
