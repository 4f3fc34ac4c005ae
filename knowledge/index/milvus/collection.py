"""One collection at the server, behind an alias: made, found again, filled beside the old one, swapped in.

The name of a collection says all that must agree, `ALIAS_v1_CATALOG_MODEL_NUMBER`, since not every server
keeps descriptions. Another program's collections are never written to.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexUnavailable
from knowledge.index import Entry, Hits
from knowledge.index.milvus.server import Server
from knowledge.index.milvus.shapes import SCOPE_BYTES, Dense, Shape, of_rows, within
from knowledge.types import Scope

_log = logging.getLogger(__name__)
_VERSION = 1  # of the schema: another one is filled anew from the catalog, and swapped in
_MOST = 16_384  # what the server gives at once
_ENTITIES = 1_000  # in one call: some megabytes
_ROWS = 1_000  # in one filter


class Collection:
    """What stands behind an alias, and what is to stand there.

    `owner` writes; others search by the alias, so that they follow a swap by themselves.
    """

    def __init__(self, server: Server, shape: Shape, library: str, *, owner: bool) -> None:
        self._server = server
        self._shape = shape
        self._owner = owner
        self.alias = server.options.collection + shape.suffix
        self._ours = re.compile(rf"{re.escape(self.alias)}_v\d+_([^_]*)_[^_]+_(\d+)")
        self._library = library[:12]
        self._mine = f"{self.alias}_v{_VERSION}_{self._library}_{shape.key}_"
        self.name: str | None = None  # what is searched
        self._target: str | None = None  # what is written
        self.is_old = False

    def open(self) -> None:
        """Find what the alias leads to.

        Raises:
            IndexUnavailable: it is another program's or another librarian's, or the server can't be reached.
        """
        self.name = self._behind(self.alias)
        self.is_old = self.name is not None and not self.name.startswith(self._mine)
        if self.name is None:
            if self._server.call("has_collection", self.alias):
                raise self._foreign(self.alias)
        elif self.is_old:
            self._check_owner(self.name)
        self._target = None if self.is_old else self.name
        if self._owner:
            if self._target is None:  # filling one was cut short: it goes on
                begun = [name for name in self._left_over() if name.startswith(self._mine)]
                self._target = next(filter(self._has_index, reversed(begun)), None)
            self._drop_left_over()

    def target(self, expected: int) -> str:
        """The collection to write to; a new one, for about so many vectors, where the old one won't do."""
        if self._target is None:
            self._target = self._create(expected)
        return self._target

    def begin_anew(self) -> None:
        """Write to a new collection from now on, until `publish` swaps it in."""
        if self._target not in (None, self.name):
            self._server.call("drop_collection", self._target, patient=True)
        self._target, self.is_old = None, True

    def publish(self) -> None:
        """Let the alias lead to what was written, and drop what it led to before."""
        target = self._target
        if target is None or target == self.name:
            return
        self._server.patiently(lambda _: self._point_to(target))
        self.name, self.is_old = target, False
        _log.info("%s leads to %s now", self.alias, self.name)
        self._drop_left_over()

    def add(self, entries: Sequence[Entry], expected: int) -> NDArray[np.int64]:
        """Write entries, those that are there already too; gives the rows that have something here."""
        name = self.target(expected)
        entities = [entity for entry in entries for entity in self._shape.entities(entry)]
        for start in range(0, len(entities), _ENTITIES):
            # Never `insert`: a key that is there already would be there twice.
            self._server.call("upsert", name, entities[start : start + _ENTITIES], patient=True)
        return np.unique(np.array([entity["row"] for entity in entities], np.int64))

    def remove(self, rows: Sequence[int]) -> None:
        """Delete rows; those that aren't there are fine."""
        for name in {self.name, self._target} - {None}:
            for start in range(0, len(rows), _ROWS):
                self._server.call("delete", name, filter=of_rows(rows[start : start + _ROWS]), patient=True)

    def rows(self) -> NDArray[np.int64]:
        """Every row, ascending: in what is written, or what is searched by one who doesn't write."""
        name = self._target if self._owner or self.is_old else self.name
        if name is None:
            return np.empty(0, np.int64)
        return np.unique(self._shape.rows(self._ids(name)))

    def search(self, vector: Any, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by inner product, best first; a row as often as it has windows among the best."""
        wanted = min(limit, _MOST)
        dense = isinstance(self._shape, Dense)
        found = self._server.call(
            "search",
            self._searched,
            data=[vector],
            anns_field=self._shape.field,
            filter=within(scopes),
            limit=wanted,
            output_fields=["id"],
            search_params={
                "metric_type": "IP",
                "params": self._server.options.search_for(wanted) if dense else {},
            },
            consistency_level=self._server.options.consistency.capitalize(),
        )
        hits = list(found[0]) if found else []
        scores = np.array([hit["distance"] for hit in hits], np.float32)
        return Hits(self._shape.rows(hit["id"] for hit in hits), scores)

    def vectors(self, rows: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The vectors of rows: the row of each, and (vectors, dimensions)."""
        found = self._server.call(
            "query",
            self._searched,
            filter=of_rows(rows),
            output_fields=["row", self._shape.field],
            limit=_MOST,
            consistency_level=self._server.options.consistency.capitalize(),
        )
        if not found:
            return np.empty(0, np.int64), np.empty((0, 0), np.float32)
        vectors = np.array([line[self._shape.field] for line in found], np.float32)
        return np.array([line["row"] for line in found], np.int64), vectors

    def wait_for_writes(self) -> None:
        """See from now on what another process had written until now."""
        self._wait_for_writes(self.alias)

    def seal(self) -> None:
        """Have the server write what it holds in memory, which makes searches quicker; never needed."""
        if self.name is not None:
            self._server.call("flush", self.name, patient=True)

    @property
    def dimensions(self) -> int:
        """Of the vectors that are there; 0 without any."""
        return _dimensions(self._server.call("describe_collection", self.name)) if self.name else 0

    @property
    def _searched(self) -> str:
        return self.name if self._owner and self.name is not None else self.alias

    @property
    def _address(self) -> str:
        return self._server.options.address

    def _behind(self, alias: str) -> str | None:
        try:
            return str(self._server.call("describe_alias", alias)["collection_name"])
        except IndexUnavailable as error:
            if error.parameters.get("reason") != "missing":
                raise
            return None

    def _left_over(self) -> list[str]:
        """This catalog's collections of this alias that are neither searched nor written, oldest first."""
        found = []
        for name in self._server.call("list_collections"):
            ours = self._ours.fullmatch(name)
            if ours and ours[1] == self._library and name not in (self.name, self._target):
                found.append((int(ours[2]), name))
        return [name for _, name in sorted(found)]

    def _drop_left_over(self) -> None:
        for name in self._left_over():
            self._server.call("drop_collection", name, patient=True)

    def _has_index(self, name: str) -> bool:
        """Whether it was made to the end: one without an index can be written and never be searched."""
        return bool(self._server.call("list_indexes", name))

    def _point_to(self, target: str) -> None:
        behind = self._behind(self.alias)
        if behind not in (None, self.name, target):
            self._check_owner(behind)
        if behind != target:  # it is already, where the server could not say that it had done it
            self._server.call("create_alias" if behind is None else "alter_alias", target, self.alias)

    def _check_owner(self, name: str) -> None:
        """Raise unless a collection is this catalog's."""
        ours = self._ours.fullmatch(name)
        if ours is None:
            raise self._foreign(name)
        if ours[1] != self._library:
            raise IndexUnavailable(reason="taken", collection=self.alias, address=self._address)

    def _create(self, expected: int) -> str:
        there = [name for name in (self.name, *self._left_over()) if name is not None]
        name = f"{self._mine}{max((int(each.rsplit('_', 1)[1]) for each in there), default=0) + 1}"
        module = self._server.module
        schema = module.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", module.DataType.INT64, is_primary=True)
        schema.add_field("row", module.DataType.INT64)
        schema.add_field("scope", module.DataType.VARCHAR, max_length=SCOPE_BYTES)
        self._shape.declare(module, schema)
        index = module.MilvusClient.prepare_index_params()
        kind = "SPARSE_INVERTED_INDEX"
        parameters: dict[str, int] = {}
        if isinstance(self._shape, Dense):
            kind, parameters = self._server.options.index_for(expected)
        index.add_index(field_name=self._shape.field, index_type=kind, metric_type="IP", params=parameters)

        def make(seconds: float) -> None:
            self._server.call(
                "drop_collection", name
            )  # of a try that was cut short, perhaps without its index
            self._server.call("create_collection", name, schema=schema, index_params=index, seconds=seconds)

        self._server.patiently(make)
        _log.info("made the collection %s with an index of type %s", name, kind)
        return name

    def _wait_for_writes(self, name: str) -> None:
        self._server.call("query", name, filter="id == -1", limit=1, consistency_level="Strong")

    def _ids(self, name: str) -> Iterator[int]:
        self._wait_for_writes(name)  # pymilvus's iterators don't, with an old server
        iterator = self._server.call(
            "query_iterator",
            name,
            batch_size=_MOST,
            filter="id >= 0",
            output_fields=["id"],
            consistency_level="Strong",
        )
        try:
            while lines := self._server.step(iterator.next):
                yield from (line["id"] for line in lines)
        finally:
            iterator.close()

    def _foreign(self, name: str) -> IndexUnavailable:
        found = self._server.call("describe_collection", name)
        if isinstance(self._shape, Dense) and _dimensions(found) not in (0, self._shape.dimensions):
            return self.other_dimensions(_dimensions(found))
        return IndexUnavailable(reason="foreign", collection=self.alias, address=self._address)

    def other_dimensions(self, found: int) -> IndexUnavailable:
        """The error of a collection whose vectors can't be compared with ours."""
        wanted = self._shape.dimensions if isinstance(self._shape, Dense) else 0
        return IndexUnavailable(
            reason="dimension", collection=self.alias, found=str(found), wanted=str(wanted)
        )


def _dimensions(description: dict[str, Any]) -> int:
    sizes = [int(field["params"]["dim"]) for field in description["fields"] if "dim" in field["params"]]
    return sizes[0] if sizes else 0
