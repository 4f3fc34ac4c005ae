"""In which language the answer is wanted, where the question says so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.language import detect
from knowledge.types import Language, Question

_NAMED: dict[str, Language] = {
    "영어": "en",
    "영문": "en",
    "english": "en",
    "한국어": "ko",
    "한국말": "ko",
    "한글": "ko",
    "국문": "ko",
    "우리말": "ko",
    "korean": "ko",
}
# Only what is said to the one who answers: "영어로 작성해야 하나요?" and "Is it available in English?" ask
# about documents.
_KOREAN = re.compile(
    r"\(?(영어|영문|한국어|한국말|한글|국문|우리말)(?:으)?로(?:만|도)?\s*(?:좀\s*)?"
    r"(?:(?:간단히|짧게|자세히|다시)\s*)?"
    r"(?:(?:답변?|대답|응답|설명|말|얘기|이야기|정리|요약|번역|부탁)(?:을|를)?\s*)?"
    r"(?:해|하여|말씀해|알려|써|적어|드려)?\s*"
    r"(?:줘요?|줄래요?|주세요|주십시오|주시겠어요|주실래요|주실\s*수\s*있나요|달라|다오|해|하세요|부탁해요?|부탁드려요|부탁드립니다|부탁드릴게요"
    r"|부탁합니다|부탁)(?=[\s.?!~,)]|$)[.?!~]*"
    r"|(?:(?<=[\s,])|^)\(?(영어|영문|한국어|한국말|한글|국문|우리말)(?:으)?로(?:요|만)?[\s.!~)]*$"
)
_ENGLISH = re.compile(
    r"(?:[,(]\s*)?(?:(?:please|and|but|can you|could you|would you)\s+)*"
    r"\b(?:answer|reply|respond)(?:\s+(?:me|to me|it|this|that|only|please|back|briefly)){0,3}\s+in\s+"
    r"(english|korean)\b(?:[ ,]*(?:please|pls))?[.!)]*"
    r"|(?:[,(]\s*)?\bin\s+(english|korean)[ ,]+(?:please|pls)\b[.!)]*"
    r"|(?<=[.?!,])\s*\(?in\s+(english|korean)[.!)]*\s*$"
    r"|(?<=[.?!,])\s*\(?(english|korean)[ ,]+(?:please|pls)[.!)]*\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to search for (nothing, where only the language is asked for), and the language to answer in."""

    text: str
    language: Language


def wanted(question: Question) -> Wanted:
    """Read the question: a forced language wins over one that is asked for, and that over the text's own.

    The request itself ("영어로 답해줘") is no part of what is searched.
    """
    asked: Language | None = None
    text = question.text
    for pattern in (_KOREAN, _ENGLISH):
        if found := pattern.search(text):
            name = next(group for group in found.groups() if group)
            asked = _NAMED[name.lower()]
            text = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip(' :,')}".strip()
            break
    return Wanted(text, question.language or asked or detect(question.text))
