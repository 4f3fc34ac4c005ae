"""A question as it is searched: its terms with what each is worth, and its bigrams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.language import Analyzer, Tagged, detect
from knowledge.types import Language

Kind = Literal["filler", "asked", "predicate", "noun", "name", "number", "context"]

# What a question is asked with; Korean as Kiwi's morphemes, English as stems.
_FILLER_TERMS = """
뭐 무엇 무어 어떻 어떠 어떤 어디 언제 누구 왜 얼마 얼마나 며칠 몇 어느 무슨 어찌 하 되 이 있 것 거 주 보
좀 혹시 저 나 제 내 우리 알 알리 궁금 말하 말씀 가르치 부탁 드리 여쭈 질문 답 설명 대하 관하 위하 수 그
때 안녕 고맙 감사 pleas tell know want explain show give let thank hi hello hey question ask answer
wonder need mani much do did happen
"""
# What kind of thing is asked for: the passage that says it often doesn't name it.
_ASKED_TERMS = """
이름 제목 명칭 날짜 연도 년도 해 시기 인물 사람 곳 장소 지역 나라 국가 도시 종류 이유 원인 방법 별명
직업 직책 기간 금액 개수 인원 년 월 일 명 개 번 가지 이르 부르 불리 일컫 말 뜻 의미 단어 용어 작품 영화
노래 곡 책 드라마 단체 기관 회사 배우 가수 선수 감독
name type kind term call year date number percentag amount word thing way time exampl refer known
person peopl place
"""
# English verbs and adverbs too common to stand for anything; Korean ones are told by their tag.
_LIGHT_TERMS = """
get got go went come came make made take took put use work find found keep kept becom becam begin began
start turn bring brought leav left call say said see seen look think thought mean allow abl back ahead
away still just even also ever never alreadi actual usual often later first last next new old good
better best big larg small long short
"""
_FILLERS = frozenset(_FILLER_TERMS.split())
_ASKED = frozenset(_ASKED_TERMS.split())
_LIGHT = frozenset(_LIGHT_TERMS.split())
THINGS: frozenset[Kind] = frozenset({"noun", "name", "number"})
"""What a question names."""
_ONLY_ASKING: frozenset[Kind] = frozenset({"filler", "asked"})
_NOUN_TAGS = frozenset({"NNG", "XR", "SL"})
_NAME_TAGS = frozenset({"NNP", "SH"})
_NUMBER_TAGS = frozenset({"SN", "NR"})

# Measured (docs/measurements/ranking.md): they change little in the order, much in what counts as missing.
_WEIGHTS: dict[Kind, float] = {
    "filler": 0.15,
    "asked": 0.5,
    "predicate": 0.6,
    "noun": 1.0,
    "name": 1.0,
    "number": 1.0,
    # From the question before: it stands behind what is asked now.
    "context": 0.5,
}


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question.

    A passage has it if it has one of `forms`; there is one, unless repair found alternatives.
    """

    forms: tuple[str, ...]
    kind: Kind = "noun"
    repaired: bool = False

    @property
    def weight(self) -> float:
        """What it is worth beside its rarity."""
        return _WEIGHTS[self.kind]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, analysed. `bigrams` is empty without Hangul."""

    text: str
    language: Language
    terms: tuple[Term, ...]
    bigrams: tuple[str, ...]

    @property
    def has_context(self) -> bool:
        """Whether it goes on from an earlier question."""
        return any(term.kind == "context" for term in self.terms)

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form of every term: what candidates are looked for by."""
        return tuple(dict.fromkeys(form for term in self.terms for form in term.forms))


def build(text: str, analyzer: Analyzer, language: Language | None = None, context: str = "") -> Query:
    """Analyse a question.

    Args:
        text: the question.
        analyzer: the one that analysed the passages.
        language: None takes the one it is written in.
        context: an earlier question that this one goes on from; what it is about counts a little too.
    """
    language = language or detect(text)
    kinds: dict[str, Kind] = {}
    for term in analyzer.tagged(text, language):
        kinds.setdefault(term.form, _kind(term))
    for term in analyzer.tagged(context, detect(context)) if context else ():
        if _kind(term) not in _ONLY_ASKING:
            kinds.setdefault(term.form, "context")
    terms = tuple(Term((form,), kind) for form, kind in kinds.items())
    return Query(text, language, terms, tuple(dict.fromkeys(analyzer.bigrams(text))))


def _kind(term: Tagged) -> Kind:
    if term.form in _FILLERS:
        return "filler"
    if term.form in _ASKED:
        return "asked"
    if term.tag in _NUMBER_TAGS:
        return "number"
    if term.tag in _NAME_TAGS:
        return "name"
    return "noun" if term.tag in _NOUN_TAGS and term.form not in _LIGHT else "predicate"
