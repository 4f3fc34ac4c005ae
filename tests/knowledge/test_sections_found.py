"""A section that is put before its subsection, through the index and in the answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from knowledge.models.extractive import Extractor
from tests.librarian import ANALYZER, EVERYBODY, fill, open_knowledge

SAMPLES = Path(__file__).parents[2] / "samples" / "handbook" / "hr"


def test_a_section_is_quoted_first_and_lets_nothing_weaker_in(tmp_path: Path) -> None:
    """How to apply comes before who may not; what is too weak to be quoted beside the subsection stays out."""
    fill(tmp_path / "hr", {path.name: path.read_text(encoding="utf-8") for path in SAMPLES.glob("*.md")})
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "hr")
    knowledge.refresh()
    found = knowledge.retrieve("재택근무 어떻게 신청해?", EVERYBODY)
    knowledge.close()
    section, sub = found.candidates[:2]
    assert section.passage.heading_path[-1] == "3. 재택근무 신청"
    assert sub.passage.heading_path[:-1] == section.passage.heading_path
    assert sub.score > section.score
    other = next(each for each in found.candidates if each.document.title == "경조사 지원 기준")
    for score, quoted in ((0.29, [section, sub, other]), (0.27, [section, sub])):
        candidates = (replace(section, score=0.31), replace(sub, score=0.35), replace(other, score=score))
        cited = Extractor(ANALYZER).extract(replace(found, candidates=candidates)).cited
        assert [each.passage.id for each, _ in cited] == [each.passage.id for each in quoted]
