from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from knowledge.ranking.fusion import fuse


@dataclass(frozen=True)
class Ability:
    skill: float
    unrelated_mean: float
    related_mean: float


class English:
    """An embedder that knows English alone."""

    def of(self, question, passage):
        return Ability(1.0, 0.1, 0.5) if self.knows(question, passage) else Ability(0.03, 0.6, 0.61)

    def knows(self, question, passage):
        return question == passage == "en"


class Both:
    """An embedder that knows both languages."""

    def of(self, question, passage):
        return Ability(0.9, 0.1, 0.5)

    def knows(self, question, passage):
        return True


def test_an_embedder_without_korean_changes_nothing_in_korean():
    """Korean is ranked by words alone, to the last digit, when the embedder doesn't know it."""
    lexical = np.array([0.2, 0.7, 0.4])
    fused = fuse("ko", ["ko", "ko", "ko"], lexical, np.array([0.9, 0.1, 0.5]), English())
    assert fused.score.tolist() == lexical.tolist()
    assert not fused.trust.any()


def test_without_embedder():
    """Without an embedder the words' score is the score."""
    lexical = np.array([0.2, 0.7])
    assert fuse("en", ["en", "ko"], lexical, None, None).score.tolist() == lexical.tolist()


def test_meaning_lifts_a_passage():
    """Of two passages with the same words the nearer in meaning comes first; scores stay in 0 to 1."""
    fused = fuse("en", ["en", "en"], np.array([0.4, 0.4]), np.array([0.2, 0.6]), English())
    assert fused.score[1] > fused.score[0]
    top = fuse("en", ["en"], np.array([1.0]), np.array([1.0]), English())
    assert top.score[0] == pytest.approx(1.0)


def test_dense_scale():
    """0 is an unrelated cosine, 1 a typical right one."""
    fused = fuse("en", ["en"] * 3, np.zeros(3), np.array([0.1, 0.5, -0.3]), English())
    assert fused.dense.tolist() == pytest.approx([0.0, 1.0, 0.0])


def test_a_candidate_without_a_vector():
    """A passage whose vector is missing is ranked by its words."""
    fused = fuse("en", ["en", "en"], np.array([0.5, 0.4]), np.array([np.nan, 0.1]), English())
    assert not np.isnan(fused.score).any()
    assert fused.trust[0] == 0


def test_across_languages():
    """A passage in the other language that means what is asked passes one of the own that doesn't."""
    fused = fuse("ko", ["en", "ko"], np.array([0.0, 0.2]), np.array([0.5, 0.1]), Both())
    assert fused.score[0] > fused.score[1]
