"""Files that came with a question: cut, analysed and ranked for it alone, in memory, and kept nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from knowledge.catalog.records import ScorablePassage, StoredPassage
from knowledge.embedding import Embedder, Vector
from knowledge.language import Analyzer
from knowledge.passages import split
from knowledge.ranking import bm25, query
from knowledge.types import ATTACHED, Attached, Document, Language, Scope

_EMBEDDED = 32  # passages that are compared by meaning, those with the question's words first: more is slow
_NOBODY = Scope("")  # no audience has it
_THINGS = frozenset({"noun", "name", "number"})
# What names the file, or asks for all of it, and nothing in it.
_WORDS_OF_THE_WHOLE = """
파일 첨부 문서 자료 보고서 회의록 글 내용 본문 전체 전문 요약 요점 핵심 정리 개요 주제 페이지 쪽 줄 1 2 3 4 5
file attach document doc pdf page text report content summari summar overview gist point main key
"""
_OF_THE_WHOLE = frozenset(_WORDS_OF_THE_WHOLE.split())


class Enclosed:
    """The passages of a question's attachments, to be ranked beside the index's. For one question.

    Rows and document ids are negative, so that they meet none of the index's.

    Args:
        files: what came with the question, read.
        analyzer: the one that analyses the question.
    """

    def __init__(self, files: Sequence[Attached], analyzer: Analyzer) -> None:
        self.stored: dict[int, StoredPassage] = {}
        for number, file in enumerate(files, 1):
            uri = f"{ATTACHED}{number}/{file.name}"
            named = replace(file.document, title=file.name)
            passages = split(named, uri, analyzer.sentences)
            document = Document(
                id=-number,
                uri=uri,
                title=file.name,
                scope=_NOBODY,
                content_hash=file.content_hash,
                modified_at=datetime.now(UTC),
                size=file.size,
                passages=len(passages),
                language=passages[0].language if passages else "en",
            )
            for passage in passages:
                row = -len(self.stored) - 1
                self.stored[row] = StoredPassage(row, passage, document)
        found = [each.passage for each in self.stored.values()]
        analysed = bm25.analyse(
            analyzer, [passage.full_text for passage in found], [passage.language for passage in found]
        )
        self.scorable = [
            ScorablePassage(row, self.stored[row].document.id, self.stored[row].document.title, each)
            for row, each in zip(self.stored, analysed, strict=True)
        ]
        self._names = {form for file in files for form in _forms(file.name, analyzer)}
        self._vectors: dict[int, Vector] = {}

    def statistics(self, base: bm25.Statistics) -> bm25.Statistics:
        """The numbers of BM25 over these passages and those of `base`."""
        return _Together(base, [each.analysed for each in self.scorable]) if self.scorable else base

    def score_dense(
        self,
        embedder: Embedder,
        vector: Vector,
        words: NDArray[np.float64],
        languages: frozenset[Language],
    ) -> NDArray[np.float64]:
        """The cosine of each passage; NaN for those that aren't compared by meaning.

        Args:
            embedder: of the question.
            vector: the question's.
            words: each passage's lexical score, shape (passages,).
            languages: those of the passages that the embedder can compare with the question.
        """
        by_words = [self.scorable[index] for index in np.argsort(-words, kind="stable")]
        chosen = [each.row for each in by_words if each.analysed.language in languages][:_EMBEDDED]
        new = [row for row in chosen if row not in self._vectors]
        texts = [self.stored[row].passage.full_text for row in new]
        self._vectors.update(zip(new, embedder.embed_documents(texts) if texts else (), strict=True))
        cosines = [
            float((self._vectors[each.row] @ vector).max()) if each.row in self._vectors else np.nan
            for each in self.scorable
        ]
        return np.array(cosines, np.float64)

    def is_all_that_is_asked(self, text: str, analyzer: Analyzer) -> bool:
        """Whether a question names nothing but the files: "이 파일 요약해 줘", "what's in this?"."""
        things = {
            form for term in query.build(text, analyzer).terms if term.kind in _THINGS for form in term.forms
        }
        return bool(self.stored) and things <= _OF_THE_WHOLE | self._names


class _Together:
    """`knowledge.ranking.bm25.Statistics` of what the asker may read and of what they attached."""

    def __init__(self, base: bm25.Statistics, attached: Sequence[bm25.Analysed]) -> None:
        self._base = base
        self._attached = attached
        self._frequencies: dict[Language, Counter[str]] = {"ko": Counter(), "en": Counter()}
        for each in attached:
            self._frequencies[each.language].update(set(bm25.unpack(each.terms)))

    def passages(self, language: Language) -> int:
        """How many there are."""
        return self._base.passages(language) + len(self._of(language))

    def average_terms(self, language: Language) -> float:
        """Mean of `Analysed.n_terms`."""
        own = sum(each.n_terms for each in self._of(language))
        return self._mean(language, self._base.average_terms(language), own)

    def average_bigrams(self, language: Language) -> float:
        """Mean of `Analysed.n_bigrams`."""
        own = sum(each.n_bigrams for each in self._of(language))
        return self._mean(language, self._base.average_bigrams(language), own)

    def term_frequencies(self, language: Language, terms: Sequence[str]) -> list[int]:
        """In how many passages each of the terms stands."""
        own = self._frequencies[language]
        base = self._base.term_frequencies(language, terms)
        return [count + own[term] for term, count in zip(terms, base, strict=True)]

    def bigram_frequencies(self, language: Language, bigrams: Sequence[str]) -> list[int]:
        """In how many passages each of the bigrams stands."""
        own = [each.squeezed for each in self._of(language)]
        base = self._base.bigram_frequencies(language, bigrams)
        return [count + sum(pair in text for text in own) for pair, count in zip(bigrams, base, strict=True)]

    def _of(self, language: Language) -> list[bm25.Analysed]:
        return [each for each in self._attached if each.language == language]

    def _mean(self, language: Language, average: float, own: int) -> float:
        known = self._base.passages(language)
        passages = known + len(self._of(language))
        return (average * known + own) / passages if passages else 0.0


def _forms(text: str, analyzer: Analyzer) -> set[str]:
    return {form for term in query.build(text, analyzer).terms for form in term.forms}
