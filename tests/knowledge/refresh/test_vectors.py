"""A run without a model, with one that fails, and with another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import refresh as refresh_module
from knowledge.embedding import Abilities, Embedder, EmbedderStatus
from knowledge.errors import MissingDependency, ModelUnavailable
from knowledge.reports import Progress
from knowledge.sources.options import Folder
from knowledge.types import LANGUAGES
from tests.knowledge.refresh.shelf import Shelf, counts, note
from tests.librarian import (
    EVERYBODY,
    CountingEmbedder,
    assert_nothing_is_left_over,
    by_meaning,
    by_word,
    fill,
    knowing,
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
    """Where the one before is gone, meaning is searched only once the passages have the other's own vectors."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    first, second = CountingEmbedder(), CountingEmbedder(dimensions=32)
    for number in range(2):  # going back costs nothing
        knowledge = open_knowledge(tmp_path / "data", folder, embedder=first)
        knowledge.refresh()
        assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
        knowledge.close()
        knowledge = open_knowledge(tmp_path / "data", folder, embedder=second)
        if number == 0:
            assert by_meaning(knowledge, "about kiwi3") is None
            assert knowledge.retrieve("kiwi3", EVERYBODY).candidates[0].document.uri == str(folder / "3.md")
        knowledge.refresh()
        assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
        knowledge.close()
    assert (first.texts, second.texts) == (5, 5)


def of_model(source: str, embedder: CountingEmbedder) -> dict[str, object]:
    """Settings that ask for a model, which is there."""
    return {"embedder": embedder, "embedder_status": EmbedderStatus(source, source, "", LANGUAGES)}


def test_the_model_before_answers_until_the_other_has_embedded_everything(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays for all that changes meanwhile, through stops and restarts, and then the other one takes over."""
    monkeypatch.setattr(refresh_module, "_EMBED_LIVE_AT_ONCE", 2)
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    models = {"first": CountingEmbedder(), "second": CountingEmbedder(dimensions=32)}
    knowledge = open_knowledge(tmp_path / "data", folder, **of_model("first", models["first"]))
    knowledge.refresh()
    knowledge.close()
    asked: list[tuple[str, str]] = []

    def ask(_: Progress) -> None:
        found = knowledge.retrieve("about kiwi3", EVERYBODY)
        assert found.embedder is not None
        asked.append((found.embedder.name, found.candidates[0].document.uri))
        assert found.candidates[0].dense is not None

    second = models["second"]
    for made in (2, 4):
        knowledge = open_knowledge(tmp_path / "data", folder, reopen=models.get, **of_model("second", second))
        if made == 4:
            fill(folder, {"new.md": note("plum")})
        waiting = knowledge.status().waiting
        assert (waiting.model, waiting.passages) == ("first", 7 - made)
        knowledge.refresh(progress=ask, stopped=lambda made=made: second.texts >= made)
        assert by_meaning(knowledge, "about plum") is not None
        knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", folder, reopen=models.get, **of_model("second", second))
    assert set(asked) == {(models["first"].name, str(folder / "3.md"))}
    knowledge.refresh()
    assert knowledge.status().waiting is None
    asked.clear()
    ask(Progress("finishing", 0, 0, "", 0.0))
    assert asked == [(second.name, str(folder / "3.md"))]
    assert by_meaning(knowledge, "about plum") == str(folder / "new.md")
    assert (models["first"].texts, second.texts) == (6, 6)
    assert knowledge.check_index().is_sound
    knowledge.close()


def test_a_model_of_the_same_place_that_became_another_does_not_serve(tmp_path: Path, folder: Path) -> None:
    """Vectors are compared with those of the very model that made them, not with its successor's."""
    fill(folder, {"3.md": note("kiwi3")})
    knowledge = open_knowledge(tmp_path / "data", folder, **of_model("/models/one", CountingEmbedder()))
    knowledge.refresh()
    knowledge.close()
    successor = CountingEmbedder(dimensions=32)
    knowledge = open_knowledge(
        tmp_path / "data", folder, reopen=lambda _: successor, **of_model("/models/one", successor)
    )
    assert by_meaning(knowledge, "about kiwi3") is None
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


BOTH = {
    "leave.md": "# Leave\n\nYou have fifteen days of leave.\n",
    "휴가.md": "# 휴가\n\n연차 휴가는 열다섯 날입니다.\n",
    "배포.md": "# 배포\n\nKubernetes pod 재시작은 `kubectl rollout restart deployment api` 명령으로 합니다.\n",
}


def test_what_the_model_does_not_know_gets_no_vector(tmp_path: Path, folder: Path) -> None:
    """Passages in a language without skill are found by their words, whatever else they name, and lack nothing."""
    fill(folder, BOTH)
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder, abilities=knowing("en"))
    assert counts(knowledge.refresh()) == {"added": 3}
    assert [text for call in embedder.calls for text in call] == ["Leave\nYou have fifteen days of leave."]
    assert_nothing_is_left_over(knowledge)
    assert counts(knowledge.refresh()) == {"unchanged": 3}
    assert embedder.texts == 1
    for question, name in (("연차는 며칠?", "휴가.md"), ("How to rollout restart a pod?", "배포.md")):
        found = knowledge.retrieve(question, EVERYBODY).candidates[0]
        assert (found.document.uri, found.dense) == (str(folder / name), None)
    assert knowledge.retrieve("days of leave", EVERYBODY).candidates[0].dense is not None
    checked = knowledge.check_index()
    assert checked.is_sound
    assert (checked.passages, checked.with_vectors) == (3, 1)
    knowledge.rebuild()
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


def test_a_model_that_knows_more_embeds_the_rest(tmp_path: Path, folder: Path) -> None:
    """After a change of the model, or of what it was measured to know, the next run makes what is lacking."""
    fill(folder, BOTH)
    embedder = CountingEmbedder()
    for abilities, texts in ((knowing("en"), 1), (knowing("ko", "en"), 3)):
        knowledge = open_knowledge(
            tmp_path / "data", folder, embedder=embedder, abilities=abilities, remembered=abilities
        )
        knowledge.refresh()
        assert embedder.texts == texts
        knowledge.close()


def test_vectors_of_no_use_leave_the_index(tmp_path: Path, folder: Path) -> None:
    """An index that was made before it was known that they say nothing is as one that never had them."""
    fill(folder, BOTH)
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder)
    knowledge.refresh()
    assert knowledge.check_index().with_vectors == 3
    knowledge.close()
    english = {"abilities": knowing("en"), "remembered": knowing("en")}
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder, **english)
    assert knowledge.check_index(repair=True).is_sound
    checked = knowledge.check_index()
    assert (checked.with_vectors, checked.by_words_alone) == (1, 2)
    knowledge.close()


def test_a_model_that_can_not_be_measured_embeds_all(tmp_path: Path, folder: Path) -> None:
    """Too many vectors cost time; too few would cost answers."""

    def measured(embedder: object) -> Abilities:
        raise ModelUnavailable(model="m", reason="memory")

    fill(folder, BOTH)
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder, abilities=measured)
    knowledge.refresh()
    assert embedder.texts == 3
    knowledge.close()


def test_a_start_does_not_wait_for_the_measurement(tmp_path: Path, folder: Path) -> None:
    """What a model knows is measured when something is to be embedded, not when the index is opened."""
    asked = []

    def measured(embedder: Embedder) -> Abilities:
        asked.append(embedder)
        return knowing("en")(embedder)

    fill(folder, BOTH)
    knowledge = open_knowledge(tmp_path / "data", folder)
    knowledge.refresh()
    knowledge.close()
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder, abilities=measured)
    assert by_word(knowledge, "fifteen") == [str(folder / "leave.md")]
    assert asked == []
    knowledge.refresh()
    assert (len(asked), embedder.texts) == (1, 1)
    knowledge.close()
