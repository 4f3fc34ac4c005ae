"""How fast documents are embedded, against `SentenceTransformer.encode` with its defaults.

    python scripts/bench_embedding.py --corpus DIR [--model minilm] [--passages 512] [--repeats 5]

DIR is in BEIR's layout: `corpus.jsonl` with `title` and `text`. Both run in turn in one process, so that
other load on the machine meets both; look at the ratios, and at the CPU seconds when the machine isn't quiet.
`encode` leaves out what stands after the model's maximum length; ours embeds it too (the row `text that fits`
compares like with like).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder


class Seconds(NamedTuple):
    """What one run took."""

    wall: float
    cpu: float


def passages(corpus: Path, number: int) -> list[str]:
    """A fixed sample of the corpus, title and text of each."""
    lines = (corpus / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in random.Random(0).sample(lines, min(number, len(lines)))]
    return [f"{row.get('title', '')}\n{row['text']}" for row in rows]


def measure(work: Callable[[], object]) -> Seconds:
    """Run once."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


def compare(
    name: str, texts: list[str], ours: Callable[[], object], theirs: Callable[[], object], repeats: int
) -> None:
    """Run both in turn, and print a row."""
    runs = [(measure(ours), measure(theirs)) for _ in range(repeats)]
    wall = [our.wall / their.wall for our, their in runs]
    cpu = [our.cpu / their.cpu for our, their in runs]
    print(
        f"{name:16} {len(texts):8} {len(texts) / min(our.wall for our, _ in runs):10.1f}"
        f" {len(texts) / min(their.wall for _, their in runs):10.1f}"
        f" {statistics.median(wall):7.3f} ({min(wall):.3f}-{max(wall):.3f})"
        f" {statistics.median(cpu):7.3f} ({min(cpu):.3f}-{max(cpu):.3f})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="a folder with corpus.jsonl")
    parser.add_argument("--model", default="minilm", help="a folder or a name, as in EMBEDDINGS_MODEL")
    parser.add_argument("--folder", type=Path, help="where downloaded models are")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--passages", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    embedder = SentenceTransformerEmbedder(
        options.model, cache_folder=options.folder, threads=options.threads
    )
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(embedder.folder), device="cpu", local_files_only=True)
    texts = passages(options.corpus, options.passages)
    windows = embedder.embed_documents(texts)
    fitting = [text for text, found in zip(texts, windows, strict=True) if len(found) == 1]
    expected = model.encode(fitting, normalize_embeddings=True)
    got = np.concatenate([found for found in windows if len(found) == 1])
    print(f"{embedder.name}; least cosine to encode: {(expected * got).sum(axis=1).min():.6f}")
    headings = ("", "passages", "ours/s", "encode/s", "wall: ours/encode", "CPU: ours/encode")
    print("{:16} {:>8} {:>10} {:>10} {:>21} {:>21}".format(*headings))
    for name, sample in (("text that fits", fitting), ("all of the text", texts)):
        compare(
            name,
            sample,
            lambda sample=sample: embedder.embed_documents(sample),  # type: ignore[misc]
            lambda sample=sample: model.encode(sample),  # type: ignore[misc]
            options.repeats,
        )


if __name__ == "__main__":
    main()
