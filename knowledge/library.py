"""The catalog and its index as one: what is written becomes visible at once, and a reader sees one state.

The order of a change: stage the new versions in the catalog and add them to the index, unseen; flip what is
live in one transaction, and publish; then clear the old versions away. Whoever is killed in between leaves
rows that are not live, which the next owner clears away.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from knowledge.catalog import Catalog, reading, word_counts, writing
from knowledge.catalog.records import Flip, NewVersion
from knowledge.catalog.serving import Earlier
from knowledge.embedding import EmbeddingSpace, Vector
from knowledge.errors import IndexUnavailable
from knowledge.index import Entry, Live, OpenIndex, Place
from knowledge.index.embedded import open_embedded
from knowledge.snapshot import Published, Snapshot
from knowledge.spaces import Spaces, no_earlier
from knowledge.types import Language, Scope

_log = logging.getLogger(__name__)
_CLEAR_AT_ONCE = 500  # versions in one transaction


class Library:
    """Owns, or only reads, one data folder.

    While the vectors of the wanted embedding model are being made, those of the one before serve
    (`knowledge.catalog.serving`): new passages get its vectors too, and `reload` changes over once the wanted
    ones are whole.

    Thread-safe: any number of readers, and one writer (`replace`, `forget`, `finish`) at a time.
    """

    def __init__(
        self,
        catalog: Catalog,
        folder: Path,
        space: EmbeddingSpace | None,
        *,
        owner: bool,
        open_index: OpenIndex = open_embedded,
        earlier: Earlier = no_earlier,
    ) -> None:
        """Open the index and bring it to what the catalog says.

        Args:
            catalog: prepared.
            folder: where the index's files are.
            space: that of the wanted model's vectors, None for none.
            owner: whether this process may write; there must be only one.
            open_index: of the store that keeps the index.
            earlier: gives the space of a model that served before.

        Raises:
            IndexUnavailable: the store can't be reached, or doesn't take us.
        """
        self.catalog = catalog
        self._owner = owner
        self._publishing = threading.Lock()
        self._writing = threading.Lock()
        with catalog.read() as connection:
            library = word_counts.library_of(connection)
        self.spaces = Spaces(catalog, space, earlier, owner=owner)
        self._index = open_index(Place(folder, self.spaces.serving, owner, library))
        self._is_clean = not owner  # nothing is staged or stale, but what a killed owner left
        self._is_behind = False  # the index is being made anew, and may have been left so by an error
        self._flushed = -1  # the generation that the index's files are known to be at
        try:
            if owner:
                self._clear_left_over()
            self._published = self._caught_up()
            if owner:
                self._published = self._noted(self._published)
        except BaseException:
            self._index.close()
            raise

    @contextmanager
    def pin(self, scopes: frozenset[Scope]) -> Iterator[Snapshot]:
        """One state of everything for one question, as long as the block lasts."""
        while True:
            with self.catalog.read() as connection:
                with self._publishing:
                    generation = reading.generation(connection)
                    if generation != self._published.generation and not self._owner:
                        self._published = self._caught_up()
                    published = self._published
                if published.generation == generation:
                    yield Snapshot(connection, published, scopes)
                    return
            # The catalog moved on while it was read: begin again, on its newer state.
            if self._owner:
                self._follow_another()

    def replace(
        self,
        versions: Sequence[NewVersion],
        vectors: Mapping[str, Vector],
        forgotten: Sequence[int] = (),
    ) -> None:
        """Make these versions the live ones and forget documents, all at once for every reader.

        Args:
            versions: of different documents.
            vectors: by text hash, those that the catalog may lack; shape (windows, dimensions).
            forgotten: ids of documents.
        """
        self._follow_another()
        with self._writing:
            self._make_up()
            self._clear_left_over()
            self._is_clean = False
            with self.catalog.write() as connection:
                staged = writing.stage(connection, versions, self.spaces.serving, vectors)
            rows = [row for version in staged for row in version.rows]
            with self.catalog.read() as connection:
                entries = list(reading.index_entries(connection, rows, self.spaces.serving, live=False))
            if entries:
                self._index.add(entries)
            with self._publishing:
                with self.catalog.write() as connection:
                    change = writing.flip(connection, staged, forgotten)
                    if self._published.reader.frequencies is None:
                        came = [version.version_id for version in staged]
                        word_counts.follow(connection, came, change.stale)
                    live = self._after(change, entries)
                    totals = reading.totals(connection)
                    published = Published(
                        change.generation, live, self._index.reader(), totals, self.spaces.serving
                    )
                self._published = published
            self._index.remove(change.removed)
            with self.catalog.write() as connection:
                writing.clear(connection, change.stale)
            self._is_clean = True
            with self._publishing:  # the reader from before the removal would keep the removed rows
                self._published = replace(self._published, reader=self._index.reader())

    def forget(self, document_ids: Sequence[int]) -> None:
        """Forget documents everywhere."""
        self.replace([], {}, document_ids)

    def touch(self, seen: Sequence[tuple[int, int, int]]) -> None:
        """Note (document id, size, mtime_ns) of files whose time changed and whose content did not."""
        if seen:
            with self._writing, self.catalog.write() as connection:
                writing.touch(connection, seen)

    def embed_languages(self, embedder: str, languages: frozenset[Language]) -> None:
        """Have a model's vectors for passages in these languages, as far as there are any, and no others."""
        with self._writing:
            if self.spaces.learn(embedder, languages):
                self._is_behind = True
                self._make_up()

    @property
    def embedder(self) -> str | None:
        """The model whose vectors questions are compared with, by its name; None without any."""
        space = self._published.space
        return space.embedder if space else None

    def lacks_vectors(self) -> bool:
        """Whether live passages lack the wanted model's vectors in the index."""
        return self.spaces.is_changing or self._index.lacks_vectors(self._published.live)

    def adopt_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Keep the wanted model's vectors of live passages that had none; `reload` makes them searchable."""
        with self._writing, self.catalog.write() as connection:
            writing.store_vectors(connection, self.spaces.wanted, vectors)

    def finish(self) -> None:
        """Write the index's files as they stand now, where they differ: at the end of a run."""
        with self._writing:
            self._make_up()
            self._clear_left_over()
            if self._flushed != self._published.generation:
                self._index.flush(self._published.generation)
                self._flushed = self._published.generation
            self._index.sweep()

    def still_has(self, snapshot: Snapshot) -> bool:
        """Whether all that a snapshot saw was there to be found as long as it was looked at.

        It always is in a store that keeps what a reader reads, and in the owner until it changes the model.
        In a shared one, the owner may have dropped what was live a moment ago.
        """
        if self._index.keeps_readers or (self._owner and snapshot.embedder == self.spaces.embedder):
            return True
        with self.catalog.read() as connection:
            return reading.generation(connection) == snapshot.generation

    def reload(self) -> None:
        """Catch up with the catalog, after `adopt_vectors`. Questions see what there was until then."""
        with self._writing:
            if self.spaces.is_changing:
                with self.catalog.read() as connection:
                    self._use(self.spaces.choose(connection))
            self._is_behind = True
            self._make_up()

    def rebuild(self) -> None:
        """Make the whole index anew from the catalog. Questions see the old one until then."""
        with self._writing:
            self._is_behind = True
            self._index.begin_anew()
            self._make_up()
            self._index.sweep()

    def close(self) -> None:
        """Give files and connections back."""
        with self._writing:
            self._index.close()
            self.catalog.close()

    def _follow_another(self) -> None:
        """Catch up where another process changed what is live, as the server forgot that this one owns it."""
        with self._writing:
            with self.catalog.read() as connection:
                generation = reading.generation(connection)
            if generation != self._published.generation:
                _log.warning("another process has changed the catalog, which this one owned before")
                self._is_behind, self._is_clean = True, False
                self._make_up()

    def _use(self, space: EmbeddingSpace | None) -> None:
        """Keep these vectors in the index from now on; a reader that is out keeps those it has."""
        if space is not None and space.embedder != self.spaces.embedder:
            self._index.use(space)
            self.spaces.serving = space

    def _noted(self, published: Published) -> Published:
        """The same, once the catalog knows which model serves."""
        generation = self.spaces.note()
        if generation is None:
            return published
        _log.info("questions are compared with the vectors of %s now", self.spaces.embedder)
        return replace(published, generation=generation)

    def _make_up(self) -> None:
        """Bring the index to the catalog where it isn't: a change on top of a part would hide the rest."""
        if self._is_behind:
            published = self._caught_up()
            with self._publishing:
                self._published = self._noted(published)
            self._is_behind = False

    def _caught_up(self) -> Published:
        """The index at one state of the catalog.

        A reader beside the owner opens the index while the owner writes. What was live at a generation is in
        the index for as long as that is the catalog's generation (it is added before the flip and removed
        after the next one), so a view that was opened while the generation stood still is whole.
        """
        while True:
            with self.catalog.read() as connection:
                generation = reading.generation(connection)
                if not self._owner:
                    self._use(self.spaces.choose(connection))
                live = reading.live(connection, self.spaces.serving)
                totals = reading.totals(connection)

                def entries(rows: Sequence[int]) -> Iterator[Entry]:
                    return reading.index_entries(connection, rows, self.spaces.serving)

                changed = self._index.catch_up(live, generation, entries)
            with self.catalog.read() as connection:
                stood_still = reading.generation(connection) == generation
                reader = self._index.reader()
                lacks_counts = reader.frequencies is None and not word_counts.are_current(connection)
            if lacks_counts:
                self._count_words()
            elif stood_still and self._index.is_whole(live):
                self._flushed = generation
                if changed:
                    _log.info("index caught up with the catalog: %d rows", changed)
                return Published(generation, live, self._index.reader(), totals, self.spaces.serving)

    def _after(self, change: Flip, came: Sequence[Entry]) -> Live:
        """What is live after a change, by which these entries came."""
        space = self.spaces.serving
        languages = space.languages if space else ()
        live, removed = self._published.live, np.array(change.removed, np.int64)
        embedded = [entry.row for entry in came if entry.language in languages]
        return Live(
            np.union1d(np.setdiff1d(live.rows, removed), np.array(change.added, np.int64)),
            np.union1d(np.setdiff1d(live.embedded, removed), np.array(embedded, np.int64)),
        )

    def _count_words(self) -> None:
        if not self._owner:  # it counts when it opens the same store, so it doesn't use this one
            raise IndexUnavailable(reason="missing")
        with self.catalog.write() as connection:
            word_counts.recount(connection)

    def _clear_left_over(self) -> None:
        """Clear away what a change that was cut short, here or in a killed owner, left behind."""
        if self._is_clean:
            return
        with self.catalog.read() as connection:
            stale = writing.left_over(connection)
            self._index.remove(writing.rows_of(connection, stale))
            self._flushed = -1
        for start in range(0, len(stale), _CLEAR_AT_ONCE):
            with self.catalog.write() as connection:
                writing.clear(connection, stale[start : start + _CLEAR_AT_ONCE])
        self._is_clean = True
