"""Which questions are the same: how one asks politely, and how one ends a sentence, changes nothing."""

from __future__ import annotations

import hashlib
import re

from knowledge.answering.followup import leans
from knowledge.language import Analyzer

# How one asks politely, as morphemes and stems; "not", "before", "must" and their like change what is asked.
_POLITE_WORDS = """
좀 혹시 알리 궁금 부탁 드리 주 안녕 저 저희 나 우리 제 내 여쭈 질문 요
a an the pleas is are am do doe i we me us tell know hi hello thank
"""
_POLITE = frozenset(_POLITE_WORDS.split())
_COPULA = "VCP"
# Particles that the analysis leaves out and that turn a question round, and signs that count.
_TURNING = re.compile("에서|부터|까지|보다|밖에|마다|[%#+<>=≥≤$₩€]")


def words_of(text: str, analyzer: Analyzer) -> list[str]:
    """The morphemes and words of a question, in its order, as far as they tell it from others."""
    # As Korean, so that English function words count: "not" and "before" are most of what is asked.
    words = [
        term.form for term in analyzer.tagged(text, "ko") if term.form not in _POLITE and term.tag != _COPULA
    ]
    return [*words, "", *_TURNING.findall(text)]


def identity(text: str, analyzer: Analyzer) -> str:
    """A hash that is the same for the same question, and tells nothing of it.

    Empty for one that means something only after what was said before.
    """
    words = words_of(text, analyzer)
    if leans(text) or not any(words):
        return ""
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()
