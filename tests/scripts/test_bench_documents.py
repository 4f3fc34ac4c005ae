"""The measurement of the formats, and what it has to find."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from scripts import bench_documents
from scripts.document_rows.corpus import Maker, fill
from scripts.document_rows.recall import places


def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, object]:
    """The figures of one row."""
    kept = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["bench_documents.py", *arguments, "--json", str(kept)])
    bench_documents.main()
    figures: dict[str, object] = json.loads(kept.read_text(encoding="utf-8"))
    return figures


def test_every_format_is_read_whole_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every format all words that went in come out, and every passage stands where it says; of real files too."""
    (tmp_path / "a.md.txt").write_text("words 낱말", encoding="utf-8")
    (tmp_path / "a.md").write_text("# words\n\n낱말", encoding="utf-8")
    figures = measured(tmp_path, monkeypatch, "recall", "--files", "100", "--samples", str(tmp_path))
    formats = Maker(random.Random(0)).formats
    assert [name for name in figures if name in formats] == list(formats)
    bars = {name.partition(" (")[0]: value for name, value in figures.items() if "aim" in name}
    assert bars == {
        "recall of the worst format": 1.0,
        "passages whose place is right": 1.0,
        "recall of 1 real files": 1.0,
    }


def test_a_passage_elsewhere_is_noticed() -> None:
    """The measurement would see a wrong page."""
    made = Maker(random.Random(0)).make("a.docx")
    moved = {
        mark: type(spot)((spot.number or 0) + 1, section=spot.section) for mark, spot in made.marks.items()
    }
    right, total = places(type(made)(made.name, made.data, made.texts, moved))
    assert (right, total > 0) == (0, True)


def test_a_corpus_has_every_format(tmp_path: Path) -> None:
    """And as many files as were asked for, none of the short ones like another."""
    formats = Maker(random.Random(0)).formats
    files = fill(tmp_path, 4 * len(formats), seed=1, plain=0.75)
    assert {path.suffix[1:] for path in files} == {*formats}
    notes = [path.read_bytes() for path in files if path.suffix == ".md"]
    assert len(set(notes)) == len(notes) >= 3 * len(formats)
