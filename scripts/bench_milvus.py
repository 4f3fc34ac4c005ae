"""Times our searches at a Milvus server against the same calls made by hand with pymilvus.

The corpus is that of `bench_search.py`. Ours is what a question costs at the index: the nearest vectors, the
best passages by words (where the server has sparse vectors), and the cosine of every candidate. By hand it is
the same requests with the same filters, limits and parameters, and what has to be done to have the same
figures in numpy arrays. The runs take turns; the medians and their ratio are printed for each scope.

    python -m scripts.bench_milvus [--server lite|real] [--passages 10000] [--questions 60]

`lite` is milvus-lite's server, `real` Milvus 2.3.5 from its wheel (`pip install milvus==2.3.5`), which has no
sparse vectors. It needs a network namespace of its own, as its ports are open to everybody.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.catalog import Catalog
from knowledge.embedding import EmbeddingSpace, Vector
from knowledge.index import LexicalQuery, PassageIndex, Place
from knowledge.index.milvus import Server, open_milvus
from knowledge.index.milvus.shapes import Sparse
from knowledge.library import Library
from knowledge.types import Scope
from knowledge.upkeep import place_of
from scripts import bench_search
from tests.milvus_server import LiteServer
from tests.real_milvus import RealServer, why_not

AIM = 1.15
NEAREST, BEST = 30, 60  # as many as a question's first pass asks for
SAME = 0.9
_SLACK = 16


def main() -> None:
    """Start the server, fill it, take turns, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", choices=("lite", "real"), default="lite")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(arguments.server, Path(folder)) as server:
        data, dimensions = Path(folder) / "data", bench_search.DIMENSIONS
        options = server.options(seconds=60.0)
        catalog = Catalog.in_folder(data)
        catalog.prepare()
        opened = open_milvus(options)
        library = Library(
            catalog, data / "index", EmbeddingSpace("prepared", dimensions), owner=True, open_index=opened
        )
        began = time.perf_counter()
        bench_search.fill(library, arguments.passages)
        print(f"{arguments.passages:,} passages, filled in {time.perf_counter() - began:.0f} s, medians")
        library.close()
        place = place_of(catalog, Place(data / "index", EmbeddingSpace("prepared", dimensions), owner=True))
        with closing(opened(place)) as index, closing(Server(options)) as server_by_hand:
            client = server_by_hand.module.MilvusClient(**options.connection())
            _compare(index, Hand(client, options.collection), arguments.questions)
            client.close()
        catalog.close()


@contextmanager
def served(name: str, folder: Path) -> Iterator[LiteServer | RealServer]:
    """A server that runs while the block lasts."""
    if name == "real" and (reason := why_not()):
        raise SystemExit(reason)
    server = LiteServer(folder / "server") if name == "lite" else RealServer(folder / "server")
    try:
        server.start()
        yield server
    finally:
        server.close()


def _compare(index: PassageIndex, hand: Hand, count: int) -> None:
    texts, vectors = bench_search.Corpus(seed=1).questions(count)
    for name, scopes in bench_search.FILTERS.items():
        ours: list[float] = []
        by_hand: list[float] = []
        has_words = index.reader().frequencies is None
        for turn, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
            query = LexicalQuery({"en": dict.fromkeys(text.split(), 1.0)}, {})
            asked = query if has_words else None
            ways = [partial(_ours, index, query, vector, scopes), partial(hand.ask, asked, vector, scopes)]
            found = [_timed(way) for way in (reversed(ways) if turn % 2 else ways)]
            (mine, our_seconds), (other, seconds) = reversed(found) if turn % 2 else found
            ours.append(our_seconds)
            by_hand.append(seconds)
            same = set(mine) & set(other)  # but for what is equally good at the end of a list
            if len(same) < SAME * len(mine) or any(abs(mine[row] - other[row]) > 1e-4 for row in same):
                raise SystemExit("the two found different things")
        one, two = statistics.median(ours[1:]), statistics.median(by_hand[1:])
        print(
            f"filter {name:>4}: ours {1000 * one:6.2f} ms, by hand {1000 * two:6.2f} ms,"
            f" ratio {one / two:.2f} (aim: {AIM})"
        )


def _timed(function: Callable[[], dict[int, float]]) -> tuple[dict[int, float], float]:
    began = time.perf_counter()
    found = function()
    return found, time.perf_counter() - began


def _ours(
    index: PassageIndex, query: LexicalQuery, vector: Vector, scopes: frozenset[Scope]
) -> dict[int, float]:
    reader = index.reader()
    rows = reader.search_dense(vector, scopes, NEAREST).rows
    if reader.frequencies is None:
        rows = np.union1d(rows, reader.search_lexical(query, scopes, BEST).rows)
    found = rows.tolist()
    return dict(zip(found, reader.score_dense(found, vector).tolist(), strict=True))


class Hand:
    """The same with pymilvus alone."""

    def __init__(self, client: Any, collection: str) -> None:
        self._client = client
        self._collection = collection

    def ask(self, query: LexicalQuery | None, vector: Vector, scopes: frozenset[Scope]) -> dict[int, float]:
        """The cosine of each candidate; by words too where there is a query."""
        quoted = ", ".join(f'"{scope}"' for scope in sorted(scopes))
        where = f"scope in [{quoted}]"
        parameters = {"ef": 1024, "nprobe": 64}
        near = self._search(self._collection, "vector", vector, where, NEAREST, parameters)
        rows = np.unique([number >> 12 for number in near])
        if query is not None:
            words = Sparse().query(query)
            best = self._search(f"{self._collection}_words", "words", words, where, BEST, {})
            rows = np.union1d(rows, best)
        lines = self._client.query(
            self._collection,
            filter=f"row in {rows.tolist()}",
            output_fields=["row", "vector"],
            limit=16_384,
            consistency_level="Session",
        )
        scores = np.array([line["vector"] for line in lines], np.float32) @ vector
        return dict(zip((line["row"] for line in lines), scores.tolist(), strict=True))

    def _search(
        self, collection: str, field: str, wanted: Any, where: str, limit: int, parameters: dict[str, int]
    ) -> list[int]:
        found = self._client.search(
            collection,
            data=[wanted],
            anns_field=field,
            filter=where,
            limit=limit + _SLACK,
            output_fields=["id"],
            search_params={"metric_type": "IP", "params": parameters},
            consistency_level="Session",
        )
        return [hit["id"] for hit in found[0][:limit]]


if __name__ == "__main__":
    main()
