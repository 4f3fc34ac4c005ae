"""Which language a text is in, and its terms, bigrams and sentences."""

from __future__ import annotations

from knowledge.language.analysis import Analyzer, Tagged, pairs_of
from knowledge.language.detect import detect
from knowledge.language.user_words import InvalidUserWords, UserWord, read_user_words

__all__ = ["Analyzer", "InvalidUserWords", "Tagged", "UserWord", "detect", "pairs_of", "read_user_words"]
