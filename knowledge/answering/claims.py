"""What in an answer its sources don't say: numbers, dates, names, quotations, commands.

Only what can be told for sure is told: a false alarm teaches people to overlook the true ones. Forms of
writing are evened out, and what the question said itself is no claim.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.answering import moments as moment
from knowledge.answering import quantities as quantity
from knowledge.answering.cleaning import CODE
from knowledge.answering.names import korean_names, latin_names
from knowledge.language import Analyzer
from knowledge.types import Language

_MOST = 8
_LONGEST_SHOWN = 60
_CITATION = re.compile(r"\[\d{1,3}\]")
_LIST_MARK = re.compile(
    r"^[ \t]*(?:[-*•]|\(?\d{1,2}[.)]|[①-⑳]|#{1,6}|단계\s?\d+[:.]|step \d+[:.])(?=\s)",
    re.MULTILINE | re.IGNORECASE,
)
_COUNT = re.compile(
    r"\s?(?:가지|단계|곳|항목|종류|(?:ways?|steps?|things?|options?|types?|kinds?|cases?)\b)", re.IGNORECASE
)
_LARGEST_COUNT = 10  # "다음 3가지": the answer counts what it says itself

# A word of letters and digits (AES-256, v2.3.1, GW-1200), an address, a number with dashes (02-1234-5678).
_IDENTIFIER = re.compile(r"[A-Za-z0-9_][\w.+/:#@&-]*[\w+#]|[A-Za-z]\d", re.ASCII)
_DOTTED = re.compile(r"\d+(?:[.-]\d+){2,}")
_NUMBER_WITH_UNIT = re.compile(
    r"\d[\d,.]*[A-Za-z%]{1,7}|\d{1,2}(?::\d\d)?[ap]m?|\d{1,4}(?:[/.-]\d{1,4}){1,2}|[\d,.]+",
    re.ASCII | re.IGNORECASE,
)
_SPAN = re.compile(r"\d+(?:-[A-Za-z]+)+")  # 90-day

_QUOTED = re.compile(r"“([^“”\n]+)”|\"([^\"\n]+)\"|「([^「」\n]+)」|『([^『』\n]+)』")
_ELLIPSIS = re.compile(r"…|\.{3}|\[…\]|\(…\)")
_LEAST_QUOTE = {"ko": 6, "en": 12}  # letters and digits: a shorter one is a term, not a quotation

_LATIN_NAME = re.compile(
    r"(?<![\w@/.-])[A-Z][A-Za-z&'’]*(?:-[A-Z][A-Za-z]+)*(?:\s(?:of|and|for|the)?\s?[A-Z][A-Za-z&'’-]*)*"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|\n\s*|^\s*[-*•]\s+|[(\"“]\s*)$")
_LINE = re.compile(r"[^\n]+")
_HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True, slots=True)
class Cited:
    """A text that an answer rests on."""

    text: str
    language: Language


class Claims:
    """Checks answers. Thread-safe as its analyser is."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def unsupported(
        self, answer: str, language: Language, cited: Sequence[Cited], said: Sequence[str]
    ) -> tuple[str, ...]:
        """What in an answer stands neither in what it cites nor in what the person said.

        Args:
            answer: cleaned.
            language: the answer's.
            cited: the texts of its sources, with their titles.
            said: the question, and what it refers to.
        """
        text = _plain(answer)
        known = _Known([*(each.text for each in cited), *said])
        languages = {each.language for each in cited}
        found: list[tuple[int, str]] = []
        for start, end in self._doubtful(text, language, languages, known):
            if not any(start < at + len(shown) and at < end for at, shown in found):
                found.append((start, text[start:end]))
        shown = dict.fromkeys(_short(claim) for _, claim in sorted(found))
        return tuple(shown)[:_MOST]

    def _doubtful(
        self, text: str, language: Language, languages: set[Language], known: _Known
    ) -> Iterator[tuple[int, int]]:
        """The places of doubtful claims: quotations first, as they hold others."""
        yield from _quotations(text, languages, known)
        yield from _commands(text, known)
        blank = CODE.sub(lambda found: " " * len(found[0]), text)
        identifiers = list(_identifiers(blank))
        yield from ((start, end) for start, end in identifiers if not known.has(blank[start:end]))
        for start, end in identifiers:
            blank = blank[:start] + "_" * (end - start) + blank[end:]
        dated = moment.moments(blank)
        yield from ((m.start, m.end) for m in dated if not known.has_moment(m))
        for each in dated:
            blank = blank[: each.start] + "_" * (each.end - each.start) + blank[each.end :]
        yield from (
            (q.start, q.end)
            for q in quantity.quantities(blank)
            if not _is_no_claim(q, blank) and not known.has_quantity(q)
        )
        if language == "ko" or languages == {"en"}:
            yield from latin_names(blank, language, known)
        if language == "ko" and languages == {"ko"}:
            yield from korean_names(blank, known, self._analyzer)


class _Known:
    """What the sources and the person said, in the forms in which claims are compared."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [_normal(text) for text in texts]
        self._squeezed = "\n".join(map(_squeezed, self._texts))

    def has(self, words: str) -> bool:
        """Whether the words stand there, whatever spaces, case and punctuation they have."""
        return _squeezed(words) in self._squeezed

    def has_moment(self, found: moment.Moment) -> bool:
        """Whether they name this date, time or weekday."""
        return moment.is_known(found, self._moments, self._years) or (
            found.kind == "date" and self._has_part(found)
        )

    def has_quantity(self, found: quantity.Quantity) -> bool:
        """Whether they name this number of this."""
        return quantity.is_known(found, self._quantities)

    def has_initials(self, letters: str) -> bool:
        """Whether neighbouring words begin with these letters: HR for human resources."""
        return letters.lower() in self._initials

    def has_acronym(self, letters: str) -> bool:
        """Whether these letters stand there as a word."""
        word = re.compile(rf"(?<![A-Za-z]){re.escape(letters)}s?(?![a-z])")
        return any(word.search(text) for text in self._texts)

    @cached_property
    def _initials(self) -> str:
        return " ".join(
            "".join(word[0] for word in re.findall(r"[a-z]+", line))
            for text in self._texts
            for line in text.lower().splitlines()
        )

    @cached_property
    def _moments(self) -> list[moment.Moment]:
        return [each for text in self._texts for each in moment.moments(text, generously=True)]

    @cached_property
    def _years(self) -> frozenset[int]:
        return frozenset(
            int(year) for text in self._texts for year in re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text)
        )

    @cached_property
    def _quantities(self) -> list[quantity.Quantity]:
        # A number in a table has its unit in the header; a part of a date may be said alone.
        return [each for text in self._texts for each in quantity.quantities(text, generously=True)]

    def _has_part(self, found: moment.Moment) -> bool:
        """Whether a day, month or year that is said alone stands there as a number."""
        given = [part for part in found.parts if part is not None]
        if len(given) != 1:
            return False
        return given[0] in self._years or any(each.plain == given[0] for each in self._quantities)


def _quotations(text: str, languages: set[Language], known: _Known) -> Iterator[tuple[int, int]]:
    for found in _QUOTED.finditer(text):
        quoted = next(group for group in found.groups() if group is not None)
        script: Language = "ko" if _HANGUL.search(quoted) else "en"
        parts = [part for part in _ELLIPSIS.split(quoted) if _squeezed(part)]
        if len(_squeezed(quoted)) < _LEAST_QUOTE[script] or script not in languages:
            continue
        if not all(known.has(part) for part in parts):
            yield found.start(), found.end()


def _commands(text: str, known: _Known) -> Iterator[tuple[int, int]]:
    """Code, line by line: a command is copied, not said in other words."""
    for found in CODE.finditer(text):
        fenced = found[0].startswith("```")
        for line in _LINE.finditer(text, found.start(), found.end()):
            written = line[0].strip("` ")
            is_language = fenced and line.start() == found.start()
            if not is_language and len(_squeezed(written)) > 1 and not known.has(written):
                start = text.find(written, line.start())
                yield start, start + len(written)


def _identifiers(text: str) -> Iterator[tuple[int, int]]:
    """Words that are copied, not said in other words: with letters and digits, addresses, dashed numbers."""
    for found in _IDENTIFIER.finditer(text):
        word = found[0].rstrip(".:/-")
        has_digit = any(character.isdigit() for character in word)
        has_letter = any(character.isascii() and character.isalpha() for character in word)
        is_copied = (has_digit and has_letter and not _NUMBER_WITH_UNIT.fullmatch(word)) or (
            "@" in word.strip("@") or bool(_DOTTED.fullmatch(word) and not _is_date(word))
        )
        if is_copied and not _SPAN.fullmatch(word):
            yield found.start(), found.start() + len(word)


def _is_date(word: str) -> bool:
    return any(each.end - each.start >= len(word) - 1 for each in moment.moments(word))


def _is_no_claim(found: quantity.Quantity, text: str) -> bool:
    """Whether a number is the answer's own way of speaking: one, or a count of what it lists."""
    if found.in_words and found.plain <= 1:
        return True
    counts = _COUNT.match(text, found.end) or _COUNT.search(text, found.start, found.end)
    return found.plain <= _LARGEST_COUNT and bool(counts)


def _plain(answer: str) -> str:
    """The answer as a person reads it: without citations, list marks and bold."""
    text = _normal(_CITATION.sub(lambda found: " " * len(found[0]), answer))
    text = text.replace("**", "  ")
    return _LIST_MARK.sub(lambda found: " " * len(found[0]), text)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _squeezed(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _short(claim: str) -> str:
    claim = " ".join(claim.replace("_", " ").split())
    return claim if len(claim) <= _LONGEST_SHOWN else f"{claim[:_LONGEST_SHOWN].rstrip()}…"
