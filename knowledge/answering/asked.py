"""A question with what was found for it, and sources as a person sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.answering.links import links_in
from knowledge.retrieve import Candidate, Retrieval
from knowledge.types import Language, Question, Source


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the documents are likely to answer, with what was found for it."""

    question: Question
    language: Language
    found: Retrieval
    context: str  # the earlier questions that it goes on from; empty where it stands alone
    key: str  # of its answer in the cache; empty where it isn't kept
    given: tuple[Candidate, ...]  # what the model is given, the best first
    sources: tuple[Source, ...]  # of what is given

    @property
    def said(self) -> tuple[str, str]:
        """What the person said about it."""
        return self.question.text, self.context

    @property
    def passages(self) -> tuple[str, ...]:
        """The texts that are given."""
        return tuple(candidate.passage.full_text for candidate in self.given)

    def links(self, numbers: Iterable[int]) -> frozenset[str]:
        """The links that stand in the sources of these numbers, and those to them."""
        texts = [text for n in numbers for text in (self.passages[n - 1], self.sources[n - 1].address)]
        return links_in(texts)


def source_of(candidate: Candidate, number: int, excerpt: str) -> Source:
    """What a citation of this passage shows."""
    passage, document = candidate.passage, candidate.document
    return Source(
        number=number,
        title=document.title,
        uri=document.uri,
        section=" > ".join(passage.heading_path[1:]),
        page=passage.page,
        lines=passage.lines,
        excerpt=excerpt,
        score=round(candidate.score, 4),
        modified_at=document.modified_at,
        place=passage.place,
        link=document.link,
    )


def one_each(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best candidate of each document."""
    best: dict[int, Candidate] = {}
    for candidate in candidates:
        best.setdefault(candidate.document.id, candidate)
    return list(best.values())
