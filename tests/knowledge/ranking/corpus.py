"""A few passages in memory, with their statistics."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.language import Analyzer, detect
from knowledge.ranking.bm25 import Analysed, analyse, unpack
from knowledge.types import Language


class Corpus:
    """Passages, and the `Statistics` of them."""

    def __init__(self, analyzer: Analyzer, texts: Sequence[str]) -> None:
        self.passages_ = analyse(analyzer, texts, [detect(text) for text in texts])

    def __getitem__(self, index: int) -> Analysed:
        return self.passages_[index]

    def of(self, language: Language) -> list[Analysed]:
        return [passage for passage in self.passages_ if passage.language == language]

    def passages(self, language: Language) -> int:
        return len(self.of(language))

    def average_terms(self, language: Language) -> float:
        found = self.of(language)
        return sum(passage.n_terms for passage in found) / len(found) if found else 0.0

    def average_bigrams(self, language: Language) -> float:
        found = self.of(language)
        return sum(passage.n_bigrams for passage in found) / len(found) if found else 0.0

    def term_frequencies(self, language: Language, terms: Sequence[str]) -> list[int]:
        return [sum(term in unpack(passage.terms) for passage in self.of(language)) for term in terms]

    def bigram_frequencies(self, language: Language, bigrams: Sequence[str]) -> list[int]:
        return [sum(pair in passage.squeezed for passage in self.of(language)) for pair in bigrams]
