"""Whatever is done to a library, in whatever order, it serves what a plain dictionary would."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from knowledge.catalog import Catalog, reading
from knowledge.catalog.records import KnownFile
from knowledge.errors import StorageFull
from knowledge.index import LexicalQuery
from knowledge.library import Library
from knowledge.types import EVERYONE, Scope
from tests.builders import SPACE, vector_of, vectors_for, version

TEAM = Scope("slack:T1")
WORDS = ("lamp", "desk", "chair")
AUDIENCES = (frozenset({EVERYONE}), frozenset({TEAM}), frozenset({EVERYONE, TEAM}), frozenset())

texts = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    min_size=1,
    max_size=3,
    unique=True,
)
uris = st.sampled_from([f"/docs/{name}" for name in "abcd"])
scopes = st.sampled_from([EVERYONE, TEAM])


class LibraryAndDictionary(RuleBasedStateMachine):
    """The model: scope and passages' texts by uri. A reader of another process looks on."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="saseo-library-"))
        self.model: dict[str, tuple[Scope, list[str]]] = {}
        self.library = self._open(owner=True)
        self.beside = self._open(owner=False)

    def _open(self, *, owner: bool) -> Library:
        catalog = Catalog.in_folder(self.folder)
        catalog.prepare()
        return Library(catalog, self.folder / "index", SPACE, owner=owner)

    def _known(self, uri: str) -> KnownFile | None:
        with self.library.catalog.read() as connection:
            return reading.known_files(connection, [uri]).get(uri)

    @rule(documents=st.dictionaries(uris, st.tuples(scopes, texts), min_size=1, max_size=3))
    def replace(self, documents) -> None:
        versions = [version(uri, passages, scope=scope) for uri, (scope, passages) in documents.items()]
        self.library.replace(versions, vectors_for(*versions))
        self.model.update(documents)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def forget(self, data) -> None:
        gone = data.draw(st.sets(st.sampled_from(sorted(self.model)), min_size=1))
        self.library.forget([self._known(uri).document_id for uri in gone])
        for uri in gone:
            del self.model[uri]

    @precondition(lambda self: self.model)
    @rule(data=st.data(), scope=scopes)
    def move(self, data, scope) -> None:
        old = data.draw(st.sampled_from(sorted(self.model)))
        new = f"{old}-moved"[:20]
        if new in self.model:
            return
        _, passages = self.model.pop(old)
        self.library.replace([version(new, passages, scope=scope, replaces=old)], {})
        self.model[new] = (scope, passages)

    @rule(
        uri=uris,
        passages=texts,
        half=st.sampled_from(["_lexical", "_dense"]),
        name=st.sampled_from(["add", "remove"]),
    )
    def fail(self, uri, passages, half, name) -> None:
        """A disk that is full for a moment: the change is made, or not."""
        new = version(uri, passages)

        def full(*_: object) -> None:
            raise StorageFull(path="/disk")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(getattr(self.library._index, half), name, full)
            with contextlib.suppress(StorageFull):
                self.library.replace([new], vectors_for(new))
        if self._known(uri) is not None and self._known(uri).content_hash == new.content_hash:
            self.model[uri] = (EVERYONE, passages)

    @rule()
    def finish(self) -> None:
        self.library.finish()

    @rule()
    def rebuild(self) -> None:
        self.library.rebuild()

    @rule(finished=st.booleans())
    def reopen(self, finished) -> None:
        if finished:
            self.library.finish()
        self.library.close()
        self.library = self._open(owner=True)

    @rule()
    def another_reader(self) -> None:
        self.beside.close()
        self.beside = self._open(owner=False)

    @rule(part=st.sampled_from(["lexical", "dense", ""]))
    def lose_files(self, part) -> None:
        self.library.close()
        shutil.rmtree(self.folder / "index" / part, ignore_errors=True)
        self.library = self._open(owner=True)

    @invariant()
    def serves_what_the_model_does(self) -> None:
        for library in (self.library, self.beside):
            for audience in AUDIENCES:
                self._compare(library, audience)

    def _compare(self, library: Library, audience: frozenset[Scope]) -> None:
        expected = sorted(
            (uri, text)
            for uri, (scope, passages) in self.model.items()
            if scope in audience
            for text in passages
        )
        with library.pin(audience) as snapshot:
            for word in WORDS:
                rows = snapshot.search_lexical(LexicalQuery({"en": {word: 1.0}}, {}), 100).rows.tolist()
                found = [(p.document.uri, p.passage.text) for p in snapshot.passages(rows).values()]
                assert sorted(found) == [pair for pair in expected if word in pair[1].split()]
                assert len(rows) == len(found)
            rows = snapshot.search_dense(vector_of("lamp")[0], 100).rows.tolist()
            assert (
                sorted((p.document.uri, p.passage.text) for p in snapshot.passages(rows).values()) == expected
            )
            statistics = snapshot.statistics
            assert statistics.passages("en") == len(expected)
            counts = [sum(word in text.split() for _, text in expected) for word in WORDS]
            # Passages on their way out may still count.
            found = statistics.term_frequencies("en", WORDS)
            assert all(high >= exact for high, exact in zip(found, counts, strict=True))
            if expected:
                terms = sum(len(text.split()) for _, text in expected)
                assert statistics.average_terms("en") == pytest.approx(terms / len(expected))

    def teardown(self) -> None:
        self.library.close()
        self.beside.close()
        shutil.rmtree(self.folder)


TestLibrary = LibraryAndDictionary.TestCase
TestLibrary.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
