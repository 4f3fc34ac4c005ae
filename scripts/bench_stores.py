"""FAISS and Milvus side by side: the time to build an index, its memory, its searches, its ranking.

    python -m scripts.bench_stores sizes --store faiss|lite|real --passages N --folder DIR [--questions 20]
    python -m scripts.bench_stores plot --folder DIR --out FILE.png
    python -m scripts.bench_stores parity --corpus DIR [--questions 300] [--passages 2000]
        [--server lite|real] [--index-type TYPE] [--no-embedder]

`sizes` builds the store's index from a filled catalog, as a rebuild does (nothing is embedded), waits until
the server has done what it does by itself afterwards, and times the whole hybrid search; then it looks how
many of the ten nearest vectors are found. The corpus is that of `bench_search.py`; the first run with a
number of passages makes it in DIR, which takes a while, and with `--questions 0` nothing else is done. Each
other run adds a line to DIR/stores.jsonl. `parity` indexes a corpus in BEIR's layout, or a part of it that
has the questions' documents, copies the index over, and asks both. For `lite` and `real` see
`bench_milvus.py`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bot.corpus import CorpusLoader, RankedCorpus
from bot.evaluation import Corpus, Scores, evaluate, load_corpus
from bot.opening import open_knowledge
from bot.settings import Settings
from knowledge.catalog import Catalog, reading
from knowledge.embedding import Abilities, Ability, EmbeddingSpace, Vector
from knowledge.index import OpenIndex
from knowledge.index.embedded import open_embedded
from knowledge.index.milvus import Server, open_milvus
from knowledge.language import Analyzer
from knowledge.library import Library
from knowledge.retrieve import Retriever
from knowledge.types import LANGUAGES
from scripts import bench_search
from scripts.bench_milvus import served
from tests.milvus_server import LiteServer
from tests.real_milvus import RealServer

AIM = 0.005
STORES = {"faiss": "FAISS + tantivy", "real": "Milvus 2.3.5 + tantivy", "lite": "milvus-lite 3.2"}


def main() -> None:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    sizes = commands.add_parser("sizes")
    sizes.add_argument("--store", choices=tuple(STORES), required=True)
    sizes.add_argument("--passages", type=int, default=10_000)
    sizes.add_argument("--questions", type=int, default=20)
    sizes.add_argument("--folder", type=Path, required=True)
    plot = commands.add_parser("plot")
    plot.add_argument("--folder", type=Path, required=True)
    plot.add_argument("--out", type=Path, required=True)
    parity = commands.add_parser("parity")
    parity.add_argument("--corpus", type=Path, required=True)
    parity.add_argument("--questions", type=int, default=300)
    parity.add_argument("--passages", type=int, help="documents of the corpus to index; all by default")
    parity.add_argument("--server", choices=("lite", "real"), default="lite")
    parity.add_argument("--index-type", default="auto", help="of the vectors, as MILVUS_INDEX_TYPE")
    parity.add_argument("--no-embedder", action="store_true")
    arguments = parser.parse_args()
    {"sizes": _sizes, "plot": _plot, "parity": _parity}[arguments.command](arguments)


def _sizes(arguments: argparse.Namespace) -> None:
    made = arguments.folder / f"corpus-{arguments.passages}"
    if not (made / "whole").exists():
        _make(made, arguments.passages)
    if not arguments.questions:
        return
    texts, vectors = bench_search.Corpus(seed=1).questions(arguments.questions + 1)
    embedder = bench_search.Prepared(dict(zip(texts, vectors, strict=True)))
    perfect = Ability(1.0, 0.0, 0.1, 0.8, 0.1)
    abilities = Abilities("prepared", {(a, b): perfect for a in LANGUAGES for b in LANGUAGES})
    retriever = Retriever(Analyzer(), embedder, abilities)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=arguments.folder)))
        shutil.copyfile(made / "catalog.sqlite", folder / "catalog.sqlite")
        open_index: OpenIndex = open_embedded
        server: LiteServer | RealServer | None = None
        if arguments.store != "faiss":
            server = stack.enter_context(served(arguments.store, folder))
            open_index = open_milvus(server.options(seconds=100.0))
        catalog = Catalog.in_folder(folder)
        before = psutil.Process().memory_info().rss
        space = EmbeddingSpace("prepared", bench_search.DIMENSIONS)
        began = time.perf_counter()
        library = Library(catalog, folder / "index", space, owner=True, open_index=open_index)
        library.finish()
        build = time.perf_counter() - began
        stack.callback(library.close)
        if isinstance(server, RealServer):
            _wait_for_index(server)
        indexed = time.perf_counter() - began
        found: dict[str, Any] = {
            "store": arguments.store,
            "passages": arguments.passages,
            "build_s": round(build, 1),
            "indexed_s": round(indexed, 1),
        }
        for name, scopes in bench_search.FILTERS.items():
            seconds = []
            for text in texts:
                began = time.perf_counter()
                with library.pin(scopes) as snapshot:
                    retriever.retrieve(text, snapshot, 10)
                seconds.append(time.perf_counter() - began)
            found[f"search_{name}_ms"] = round(1000 * statistics.median(seconds[1:]), 1)
        found["bot_mb"] = round((psutil.Process().memory_info().rss - before) / 2**20)
        servers = psutil.Process().children(recursive=True)
        found["server_mb"] = round(sum(process.memory_info().rss for process in servers) / 2**20)
        found |= _recalls(library, space, vectors)
    print(json.dumps(found))
    with (arguments.folder / "stores.jsonl").open("a") as file:
        file.write(json.dumps(found) + "\n")


def _wait_for_index(server: RealServer) -> None:
    """Wait until the server has loaded the indexes that it builds; until then it searches rougher ones.

    Of exact ones (`flat`) nothing is built.
    """
    with closing(Server(server.options(seconds=100.0))) as connection:
        (name,) = connection.call("list_collections")
        if connection.call("describe_index", name, "vector")["index_type"] == "FLAT":
            return
        connection.call("flush", name)
        total = int(connection.call("get_collection_stats", name)["row_count"])
        while True:
            segments = connection.call("list_loaded_segments", name)
            if sum(each.num_rows for each in segments if each.index_name) >= total:
                return
            time.sleep(1)  # no event tells of it


def _recalls(library: Library, space: EmbeddingSpace, questions: Vector) -> dict[str, float]:
    """By filter, the share of the ten vectors nearest to a question, by comparing all, that is found."""
    with library.catalog.read() as connection:
        rows = reading.live(connection, space).rows
        entries = list(reading.index_entries(connection, rows.tolist(), space))
    everything = np.frombuffer(b"".join(entry.vectors or b"" for entry in entries), np.float32)
    everything = everything.reshape(len(rows), space.dimensions)
    recalls = {}
    for name, scopes in bench_search.FILTERS.items():
        allowed = np.flatnonzero([entry.scope in scopes for entry in entries])
        found = 0
        for question in questions:
            nearest = rows[allowed[np.argsort(-(everything[allowed] @ question))[:10]]]
            with library.pin(scopes) as snapshot:
                found += len(set(nearest.tolist()) & set(snapshot.search_dense(question, 10).rows.tolist()))
        recalls[f"recall_{name}"] = found / (10 * len(questions))
    return recalls


def _make(folder: Path, passages: int) -> None:
    """A catalog with so many passages; its index is thrown away."""
    catalog = Catalog.in_folder(folder)
    catalog.prepare()
    library = Library(
        catalog, folder / "index", EmbeddingSpace("prepared", bench_search.DIMENSIONS), owner=True
    )
    bench_search.fill(library, passages)
    library.close()  # and with it the catalog, whose log goes into its file
    shutil.rmtree(folder / "index")
    (folder / "whole").touch()


def _plot(arguments: argparse.Namespace) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    lines = [json.loads(line) for line in (arguments.folder / "stores.jsonl").read_text().splitlines()]
    latest = {(line["store"], line["passages"]): line for line in lines}
    values: dict[str, Callable[[dict[str, Any]], float]] = {
        "build (s)": lambda line: line["build_s"],
        "memory, bot and server (MB)": lambda line: line["bot_mb"] + line["server_mb"],
        "hybrid search, p50 (ms)": lambda line: line["search_100%_ms"],
    }
    sizes = sorted({count for _, count in latest})
    width = 0.8 / len(STORES)
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="tight")
    for axis, (title, value) in zip(axes, values.items(), strict=True):
        for nth, (store, name) in enumerate(STORES.items()):
            found = {count: value(latest[store, count]) for count in sizes if (store, count) in latest}
            places = [sizes.index(count) + (nth - (len(STORES) - 1) / 2) * width for count in found]
            axis.bar_label(
                axis.bar(places, list(found.values()), width, label=name), fmt="{:,.4g}", fontsize=8
            )
        axis.set(
            title=title, xlabel="passages", xticks=range(len(sizes)), ylim=(0, axis.get_ylim()[1] * 1.05)
        )
        axis.set_xticklabels([f"{count:,}" for count in sizes])
        axis.grid(axis="y", alpha=0.3)
        axis.set_axisbelow(True)
    axes[0].legend(fontsize=8)
    figure.savefig(arguments.out, dpi=110)
    for line in latest.values():
        print(json.dumps(line))


def _part(corpus: Corpus, questions: int, documents: int | None) -> Corpus:
    """The first questions, and so many documents: what answers them, then the corpus's first others."""
    queries = dict(list(corpus.queries.items())[:questions])
    needed = {document for query in queries for document in corpus.relevant[query]}
    ordered = sorted(corpus.documents, key=lambda document: document.id not in needed)
    relevant = {query: corpus.relevant[query] for query in queries}
    return Corpus(tuple(ordered[:documents]), queries, relevant)


def _parity(arguments: argparse.Namespace) -> None:
    corpus = _part(load_corpus(arguments.corpus), arguments.questions, arguments.passages)
    provider = "none" if arguments.no_embedder else "local"
    with tempfile.TemporaryDirectory() as temporary, served(arguments.server, Path(temporary)) as server:
        settings = Settings(
            data_dir=Path(temporary) / "data", embeddings_provider=provider, embeddings_model="minilm"
        )
        options = server.options(seconds=60.0, index_type=arguments.index_type)
        stores = {"faiss": open_embedded, "milvus": open_milvus(options)}
        scores: dict[str, Scores] = {}
        passages = 0
        for name, opened in stores.items():
            with open_knowledge(settings, write=True, stores=stores, open_index=opened) as knowledge:
                if name == "faiss":
                    knowledge.refresh_from([CorpusLoader(corpus.documents)])
                passages = knowledge.status().passages
                ranked = RankedCorpus(knowledge, passages)
                scores[name] = evaluate(corpus, ranked.rank)
                if name == "faiss" and not knowledge.copy_index("milvus").is_sound:
                    raise SystemExit("the copy isn't whole")
    print(f"{arguments.corpus.name}: {passages} passages, {scores['faiss'].queries} questions")
    for depth in (1, 3):
        one, two = (scores[name].recall_curve[depth - 1] for name in stores)
        print(f"R@{depth}: FAISS {one:.3f}, Milvus {two:.3f}, difference {two - one:+.3f} (aim: {AIM})")


if __name__ == "__main__":
    main()
