"""Which language a text is in, and its terms, bigrams and sentences."""

from __future__ import annotations

from knowledge.language.analysis import Analyzer, Tagged
from knowledge.language.detect import detect
from knowledge.language.user_words import InvalidUserWords, UserWord, read_user_words

__all__ = ["Analyzer", "InvalidUserWords", "Tagged", "UserWord", "detect", "read_user_words"]
