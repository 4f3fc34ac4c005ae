"""Times indexing against embedding alone, and against LangChain's `FAISS.from_documents`, with one model.

All three take the passages that the product makes of the corpus. Ours reads, cuts, analyses, embeds, and
writes catalog and index; `encode` is the model's own call with its defaults; LangChain embeds through the
same `encode` and builds its index. The runs are interleaved, each in a fresh folder, with the model loaded.

    python scripts/bench_indexing.py --corpus DIR [--documents 300] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.corpus import CorpusLoader
from bot.evaluation import CorpusDocument, load_corpus
from bot.opening import parts_of
from bot.settings import load_settings
from knowledge.catalog import Catalog
from knowledge.embedding import open_embedder
from knowledge.embedding.locate import locate
from knowledge.service import Knowledge

MODEL = "minilm"


def main() -> None:
    """Time the three in turn, and print medians and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    documents = load_corpus(arguments.corpus).documents[: arguments.documents]
    passages = _index(documents)[1]
    model = _model()
    model.encode(passages[:8])
    runs: dict[str, Callable[[], object]] = {
        "Saseo": lambda: _index(documents),
        "encode": lambda: model.encode(passages),
        "LangChain": lambda: _langchain(passages, model),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(arguments.rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(f"{len(documents)} documents, {len(passages)} passages, medians of {arguments.rounds}")
    for name, seconds in medians.items():
        print(f"{name:>10}: {seconds:6.1f} s, {len(documents) / seconds:6.1f} documents/s")
    print(f"wall time against encode alone: {medians['Saseo'] / medians['encode']:.2f}")
    print(f"documents/s against LangChain: {medians['LangChain'] / medians['Saseo']:.2f}")


def _index(documents: tuple[CorpusDocument, ...]) -> tuple[float, list[str]]:
    """Index into a new folder; gives the seconds of the refresh and the passages' full texts."""
    settings = load_settings().settings
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        embedder, status = open_embedder("local", MODEL, "cpu", settings.data_dir / "models")
        if embedder is None:
            raise SystemExit(f"no embedding model: {status}")
        embedder.embed_query("load")
        parts = replace(
            parts_of(settings.model_copy(update={"data_dir": place})),
            catalog=Catalog.in_folder(place),
            embedder=embedder,
            embedder_status=status,
        )
        parts.abilities(embedder)  # measured once for each model, and kept
        knowledge = Knowledge(parts, owner=True)
        began = time.perf_counter()
        knowledge.refresh_from([CorpusLoader(documents)])
        seconds = time.perf_counter() - began
        texts = [p.full_text for d in knowledge.documents() for p in knowledge.passages(d)]
        knowledge.close()
    return seconds, texts


def _model() -> Any:
    from sentence_transformers import SentenceTransformer

    folder = locate(MODEL)
    return SentenceTransformer(str(folder), device="cpu")


def _langchain(passages: list[str], model: Any) -> object:
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings

    class Encoded(Embeddings):  # type: ignore[misc, unused-ignore]  # LangChain is only there for this
        """What langchain-huggingface's embeddings do: one `encode` of all texts."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = model.encode(texts).tolist()
            return vectors

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    return FAISS.from_documents([Document(page_content=text) for text in passages], Encoded())


if __name__ == "__main__":
    main()
