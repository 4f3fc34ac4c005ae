"""Text to the terms by which it is found: Korean morphemes (Kiwi) and English stems (Snowball)."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from knowledge.errors import MissingDependency
from knowledge.language import sentences
from knowledge.language.stopwords import FUNCTION_WORDS
from knowledge.language.user_words import UserWord, read_user_words
from knowledge.language.words import normalized, words
from knowledge.types import Language

if TYPE_CHECKING:
    from Stemmer import Stemmer

# Raise it when the same text gives other terms than before.
_REVISION = 1
_SYLLABLE = re.compile("[가-힣]")
_SYLLABLES = re.compile("[가-힣]{2,}")
_SPACES = re.compile(r"\s+")


class Tagged(NamedTuple):
    """A term and its part of speech in the Sejong tag set."""

    form: str
    tag: str


class _Token(Protocol):
    """What we use of Kiwi's morpheme: its dictionary form, Sejong tag and place in the text."""

    form: str
    tag: str
    start: int


class Analyzer:
    """Turns text into terms. Safe to use from several threads; Kiwi is loaded by the first Korean text.

    Args:
        user_words: words that Kiwi must not take apart, or a file of them (see `read_user_words`).
        workers: the threads of `terms_of_many`; None takes the machine's cores.

    Raises:
        InvalidUserWords: a line of the file can't be read.
        MissingDependency: Kiwi or the stemmer isn't installed (from the methods).
    """

    def __init__(
        self, user_words: Path | tuple[UserWord, ...] | None = None, workers: int | None = None
    ) -> None:
        self._user_words = read_user_words(user_words) if isinstance(user_words, Path) else user_words or ()
        self._workers = workers or os.cpu_count() or 1
        self._kiwi: Any | None = None
        self._loading = threading.Lock()
        self._local = threading.local()

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process: the same words, read once and for all; Kiwi is loaded there anew."""
        return type(self), (self._user_words, self._workers)

    @property
    def version(self) -> str:
        """Two analysers of one version give the same terms for the same text."""
        parts = [f"{name} {_version(name)}" for name in ("kiwipiepy", "kiwipiepy_model", "PyStemmer")]
        parts += [f"{word}\t{tag}" for word, tag in self._user_words]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f"{_REVISION}-{digest[:12]}"

    def terms(self, text: str, language: Language) -> list[str]:
        """The terms of a text, in its order, repeated as often as they stand in it.

        Hangul gives morphemes without particles, endings and punctuation, other scripts give stems; numbers,
        versions and identifiers stand as a whole and in parts. `language` decides whether English function
        words count: they are names in Korean ("IT 부서") and grammar in English.
        """
        return [form for form, _ in self.tagged(text, language)]

    def tagged(self, text: str, language: Language) -> list[Tagged]:
        """`terms`, each with its part of speech.

        Words that aren't Hangul are SN (numbers), NNP (with a capital that doesn't begin an English text)
        or SL.
        """
        text = normalized(text)
        return self._merged(text, self._load().tokenize(text) if _SYLLABLE.search(text) else (), language)

    def terms_of_many(self, texts: Sequence[str], languages: Sequence[Language]) -> list[list[str]]:
        """`terms` of each text, with Kiwi in several threads."""
        clean = [normalized(text) for text in texts]
        korean = [text for text in clean if _SYLLABLE.search(text)]
        tokens: Iterator[list[_Token]] = iter(self._load().tokenize(korean) if korean else ())
        return [
            [form for form, _ in self._merged(text, next(tokens) if _SYLLABLE.search(text) else (), language)]
            for text, language in zip(clean, languages, strict=True)
        ]

    def compounds(self, text: str, language: Language) -> dict[str, tuple[str, ...]]:
        """The terms that stand for a whole ("on-call": oncall), each with its parts' terms (on, call)."""
        return {
            terms[0].form: tuple(part.form for part in terms[1:])
            for _, terms in self._foreign(normalized(text), language)
            if len(terms) > 1
        }

    def stem(self, word: str) -> str:
        """The term of a Latin word in lower case."""
        stemmed: str = self._stemmer().stemWord(word)
        return stemmed

    def bigrams(self, text: str) -> list[str]:
        """The pairs of neighbouring syllables of a text, across spaces, in its order."""
        return pairs_of(self.squeezed(text))

    def squeezed(self, text: str) -> str:
        """The text in which `bigrams` are counted: normalized, in lower case, without spaces."""
        return _SPACES.sub("", normalized(text).lower())

    def sentences(self, text: str, language: Language) -> list[tuple[int, int]]:
        """The sentences' spans in `text` (end exclusive), by Kiwi for Korean and by rules for English.

        The spans stand in order, don't overlap, and cover all of the text but spaces.
        """
        if language == "ko" and _SYLLABLE.search(text):
            return sentences.split(text, self._korean_starts)
        return sentences.split(text, sentences.english)

    def _korean_starts(self, text: str) -> Iterator[int]:
        for sentence in self._load().split_into_sents(text, return_sub_sents=False):
            yield sentence.start

    def _merged(self, text: str, tokens: Iterable[_Token], language: Language) -> list[Tagged]:
        """The morphemes of Hangul and the words of all other scripts, in the text's order."""
        found = [*_morphemes(tokens), *self._foreign(text, language)]
        found.sort(key=lambda place: place[0])
        return [term for _, terms in found for term in terms]

    def _foreign(self, text: str, language: Language) -> Iterator[tuple[int, list[Tagged]]]:
        """Where each word that isn't Hangul begins, and its terms: the whole, then the parts."""
        stem = self._stemmer().stemWord
        shouting = text.isupper()
        for word in words(text):
            if language == "ko":
                forms = [word.whole, *word.parts]
            elif word.whole in FUNCTION_WORDS and (shouting or not word.shouted):
                continue
            else:
                forms = [word.whole, *(part for part in word.parts if part not in FUNCTION_WORDS)]
            named = word.capital and not shouting and (language == "ko" or word.start > 0)
            tag = "NNP" if named else "SL"
            yield (
                word.start,
                [Tagged(stem(form), "SN" if form[0].isdecimal() else tag) for form in forms if form],
            )

    def _load(self) -> Any:
        with self._loading:
            if self._kiwi is None:
                try:
                    from kiwipiepy import Kiwi  # type: ignore[import-untyped]
                except ImportError as error:
                    raise MissingDependency(package="kiwipiepy", command="pip install kiwipiepy") from error
                kiwi = Kiwi(num_workers=self._workers)
                for word, tag in self._user_words:
                    kiwi.add_user_word(word, tag)
                self._kiwi = kiwi
            return self._kiwi

    def _stemmer(self) -> Stemmer:
        """A stemmer of this thread's own: its cache isn't safe to share."""
        found: Stemmer | None = getattr(self._local, "stemmer", None)
        if found is None:
            try:
                from Stemmer import Stemmer
            except ImportError as error:
                raise MissingDependency(package="PyStemmer", command="pip install PyStemmer") from error
            found = self._local.stemmer = Stemmer("english")
        return found


def _morphemes(tokens: Iterable[_Token]) -> Iterator[tuple[int, list[Tagged]]]:
    for token in tokens:
        # J, E and Z are grammar, SB is a list's "가."; what isn't Hangul is left to `words`.
        if token.tag.startswith(("J", "E", "Z")) or token.tag == "SB" or not _SYLLABLE.search(token.form):
            continue
        if token.tag.startswith("W"):
            yield token.start, [Tagged(form, "NNP") for form in _SYLLABLES.findall(token.form)]
        else:
            yield token.start, [Tagged(token.form.lower(), token.tag)]


def pairs_of(squeezed: str) -> list[str]:
    """The pairs of neighbouring syllables of a text without spaces (`Analyzer.squeezed`), in its order."""
    return [run[i : i + 2] for run in _SYLLABLES.findall(squeezed) for i in range(len(run) - 1)]


@cache
def _version(package: str) -> str:
    """As it was first looked up, which is what is loaded, also after an update under a running bot."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
