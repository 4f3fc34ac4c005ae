"""The sample handbook and its questions keep what their README promises."""

from __future__ import annotations

import codecs
import html
import json
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TypedDict

import pytest

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
HANDBOOK = SAMPLES / "handbook"
KINDS = {"plain", "crosslingual", "misspelt", "unspaced", "unanswerable"}
SOURCE_COMMENT = {".sql": "--", ".sh": "#", ".yaml": "#"}

# A decoder by path; every other file is UTF-8 without a byte order mark.
ENCODINGS = {
    "hr/사내추천-포상.txt": "cp949",
    "hr/공휴일-2026.csv": "cp949",
    "support/escalation.txt": "utf-16",
    "office/비상대피.txt": "utf-8-sig",
}


class SampleQuestion(TypedDict):
    """One line of questions.jsonl."""

    id: str
    question: str
    language: str
    kind: str
    documents: list[str]
    answers: list[str]


@cache
def document_paths() -> tuple[str, ...]:
    """Return the handbook's paths, relative, with "/", in NFC."""
    files = (path.relative_to(HANDBOOK) for path in HANDBOOK.rglob("*") if path.is_file())
    names = (
        unicodedata.normalize("NFC", file.as_posix()) for file in files if "__pycache__" not in file.parts
    )
    return tuple(sorted(names))


@cache
def questions() -> tuple[SampleQuestion, ...]:
    """Return every sample question, in the file's order."""
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def decoded(path: str) -> str:
    """Return a document's text, decoded as its encoding is meant to be."""
    return (HANDBOOK / path).read_bytes().decode(ENCODINGS.get(path, "utf-8"))


def folded(text: str) -> str:
    """Return the text in NFC with each run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def written_text(path: str) -> str:
    """Return what a person wrote: HTML without markup, SQL, shell and YAML as their comments only."""
    text = decoded(path)
    suffix = Path(path).suffix
    if suffix == ".html":
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
        return html.unescape(text)
    if suffix in SOURCE_COMMENT:
        marker = SOURCE_COMMENT[suffix]
        return "\n".join(line.partition(marker)[2] for line in text.splitlines())
    return text


def hangul_share(text: str) -> float:
    """Return the share of Hangul among the letters of a text, 0.0 to 1.0."""
    letters = [char for char in unicodedata.normalize("NFC", text) if char.isalpha()]
    hangul = [char for char in letters if "가" <= char <= "힣" or "ㄱ" <= char <= "ㅣ"]
    return len(hangul) / len(letters)


def document_language(path: str) -> str:
    """Return "ko" or "en", whichever most letters of the document belong to."""
    return "ko" if hangul_share(written_text(path)) > 0.5 else "en"


def test_the_handbook_has_at_least_forty_documents_half_of_them_korean() -> None:
    """At least 40 documents; Korean and English ones differ in number by two at most."""
    languages = Counter(document_language(path) for path in document_paths())
    assert languages.total() >= 40
    assert abs(languages["ko"] - languages["en"]) <= 2


def test_no_document_hangs_between_the_languages() -> None:
    """Each document is clearly Korean or clearly English, so that "cross-lingual" means something."""
    shares = {path: hangul_share(written_text(path)) for path in document_paths()}
    unclear = {path: round(share, 2) for path, share in shares.items() if 0.05 < share < 0.6}
    assert unclear == {}


def test_the_handbook_has_the_promised_formats() -> None:
    """There are Markdown, text, HTML, CSV and source files, at least three of each."""
    suffixes = Counter(Path(path).suffix for path in document_paths())
    assert suffixes[".md"] >= 20
    assert all(suffixes[suffix] >= 3 for suffix in (".txt", ".html", ".csv"))
    assert sum(suffixes[suffix] for suffix in (".py", *SOURCE_COMMENT)) >= 3


def test_markdown_has_nested_headings_tables_and_code() -> None:
    """Headings reach the fourth level, and tables and code blocks occur in both languages."""
    for language in ("ko", "en"):
        paths = [p for p in document_paths() if p.endswith(".md") and document_language(p) == language]
        texts = [decoded(path) for path in paths]
        assert sum("\n#### " in text for text in texts) >= 10
        assert sum("\n|---" in text for text in texts) >= 10
        assert sum("\n```" in text for text in texts) >= 3


def test_cp949_files_are_not_valid_utf8() -> None:
    """The two CP949 files fail as UTF-8 and read as Korean in CP949."""
    for path in (path for path, encoding in ENCODINGS.items() if encoding == "cp949"):
        with pytest.raises(UnicodeDecodeError):
            (HANDBOOK / path).read_bytes().decode("utf-8")
        assert hangul_share(decoded(path)) > 0.6


def test_byte_order_marks_stand_where_they_should() -> None:
    """One file begins with UTF-16's mark, one with UTF-8's; the rest is UTF-8 without a mark."""
    assert (HANDBOOK / "support/escalation.txt").read_bytes().startswith(codecs.BOM_UTF16_LE)
    assert (HANDBOOK / "office/비상대피.txt").read_bytes().startswith(codecs.BOM_UTF8)
    for path in document_paths():
        if path not in ENCODINGS:
            content = (HANDBOOK / path).read_bytes()
            assert not content.startswith(codecs.BOM_UTF8), path
            content.decode("utf-8")


def test_hosts_and_addresses_are_made_up() -> None:
    """E-mail addresses and web addresses point nowhere but under example.com."""
    for path in document_paths():
        hosts = re.findall(r"(?a)(?:https?://|@)([\w-]+(?:\.[\w-]+)+)", decoded(path))
        assert all(host == "example.com" or host.endswith(".example.com") for host in hosts), path


def test_questions_have_the_promised_keys() -> None:
    """Each line holds the six documented keys with known kinds and languages."""
    for item in questions():
        assert set(item) == set(SampleQuestion.__annotations__), item["id"]
        assert item["kind"] in KINDS
        assert item["language"] in {"ko", "en"}
        assert bool(hangul_share(item["question"]) > 0) == (item["language"] == "ko"), item["id"]


def test_ids_and_questions_are_unique() -> None:
    """No id and no question occurs twice, whatever the case and the spaces."""
    ids = [item["id"] for item in questions()]
    texts = [folded(item["question"]).casefold().replace(" ", "") for item in questions()]
    assert ids == [f"q{number:03d}" for number in range(1, len(ids) + 1)]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_proportions_of_kinds_hold() -> None:
    """At least 120 questions, a third hard to match, at least 20 without an answer, both languages."""
    kinds = Counter(item["kind"] for item in questions())
    hard = kinds["crosslingual"] + kinds["misspelt"] + kinds["unspaced"]
    assert kinds.total() >= 120
    assert hard * 3 >= kinds.total()
    assert min(kinds["crosslingual"], kinds["misspelt"], kinds["unspaced"]) >= 15
    assert kinds["unanswerable"] >= 20
    for kind in KINDS - {"unspaced"}:
        languages = Counter(item["language"] for item in questions() if item["kind"] == kind)
        assert abs(languages["ko"] - languages["en"]) <= 2, kind


def test_every_named_document_exists_and_every_document_is_asked_about() -> None:
    """Questions name existing documents only, and together they name all of them."""
    named = {path for item in questions() for path in item["documents"]}
    assert named == set(document_paths())


def test_every_answer_stands_in_one_of_its_documents() -> None:
    """An answer is found verbatim after decoding, NFC and white-space folding; no named document is idle."""
    for item in questions():
        texts = [folded(decoded(path)) for path in item["documents"]]
        for answer in item["answers"]:
            assert any(folded(answer) in text for text in texts), (item["id"], answer)
        for path, text in zip(item["documents"], texts, strict=True):
            assert any(folded(answer) in text for answer in item["answers"]), (item["id"], path)


def test_only_unanswerable_questions_lack_documents() -> None:
    """A question has documents and answers, or is unanswerable and has neither."""
    for item in questions():
        answerable = item["kind"] != "unanswerable"
        assert bool(item["documents"]) == bool(item["answers"]) == answerable, item["id"]


def test_crosslingual_questions_are_answered_in_the_other_language_only() -> None:
    """Cross-lingual questions name only documents of the other language; others at least one of their own."""
    for item in questions():
        languages = {document_language(path) for path in item["documents"]}
        if item["kind"] == "crosslingual":
            assert languages == {"en" if item["language"] == "ko" else "ko"}, item["id"]
        elif item["kind"] != "unanswerable":
            assert item["language"] in languages, item["id"]


def test_unspaced_questions_have_no_spaces() -> None:
    """Unspaced questions are Korean and hold no white space at all."""
    for item in questions():
        if item["kind"] == "unspaced":
            assert item["language"] == "ko"
            assert not re.search(r"\s", item["question"]), item["id"]
