"""The commands that read: ask, docs, search."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from knowledge.catalog.turns import Opinion
from knowledge.types import Answer, Failed, Finished, Omission, Scope
from tests.fakes import WRITTEN_AT, a_document, a_passage, a_source


def test_ask_answers(saseo, knowledge):
    """The answer, its label and its sources on standard output, nothing beside it."""
    result = saseo("ask", "연차는 며칠인가요?", "--lang", "ko")
    assert result.code == 0
    assert "연차는 15일입니다. [1]" in result.out
    assert "/docs/문서1.md" in result.out
    assert result.err == ""
    assert saseo.modes == ["read"]
    assert knowledge.is_closed


def test_ask_as_json_is_a_contract(saseo):
    """Exactly these keys; lines are [first, last] or null."""
    result = saseo("ask", "--json", "연차는", "며칠인가요?")
    assert result.json == {
        "answer": "연차는 15일입니다. [1]",
        "language": "ko",
        "mode": "extractive",
        "unsupported": [],
        "why_not": None,
        "sources": [
            {
                "number": 1,
                "title": "문서 1",
                "uri": "/docs/문서1.md",
                "page": None,
                "section": "연차",
                "lines": [3, 4],
                "place": None,
                "excerpt": "연차는 15일입니다.",
                "score": 0.875,
            }
        ],
    }
    assert "연차" in result.out, "Hangul isn't escaped"
    assert result.err == ""


def test_ask_with_pages(saseo, knowledge):
    """A source with a page has no lines."""
    answer = Answer("네", "ko", "extractive", (a_source(page=7, lines=None),))
    knowledge.answers["질문"] = [Finished(answer)]
    [source] = saseo("ask", "--json", "질문").json["sources"]
    assert (source["page"], source["lines"]) == (7, None)


def test_not_found_is_an_answer(saseo, knowledge):
    """Exit code 0, mode not_found, the nearest documents as sources."""
    knowledge.answers["모르는 것"] = [Finished(Answer("문서에 없습니다.", "ko", "not_found", (a_source(),)))]
    result = saseo("ask", "--json", "모르는 것")
    assert result.code == 0
    assert result.json["mode"] == "not_found"
    assert "가장 가까운 문서" in saseo("ask", "모르는 것").out


def test_a_failed_answer_is_exit_code_1(saseo, knowledge):
    """The message and the id, on standard error or as JSON."""
    knowledge.answers["깨짐"] = [Failed("고장입니다.", "ab12")]
    plain = saseo("ask", "깨짐")
    assert (plain.code, plain.out) == (1, "")
    assert "ab12" in plain.err
    result = saseo("ask", "깨짐", "--json")
    assert result.code == 1
    assert result.json["error"] == {"kind": "failed", "message": "고장입니다.", "incident": "ab12"}


def test_the_audience_is_everyone_and_the_named_scopes(saseo, knowledge):
    """--scope adds; without it only everyone's documents are searched; a wrong one is refused."""
    saseo("ask", "하나")
    saseo("ask", "둘", "--scope", "slack:T1/C2", "--scope", "discord:G1")
    assert [question.audience for question in knowledge.asked] == [
        {"everyone"},
        {"everyone", "slack:T1/C2", "discord:G1"},
    ]
    refused = saseo("ask", "셋", "--scope", "nobody")
    assert refused.code == 1
    assert "nobody" in refused.err
    assert len(knowledge.asked) == 2


def test_the_answers_language_follows_the_question_unless_lang_is_given(saseo, knowledge, monkeypatch):
    """--lang forces it; the locale doesn't."""
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    saseo("ask", "how?")
    saseo("ask", "how?", "--lang", "ko")
    assert [question.language for question in knowledge.asked] == [None, "ko"]


def test_docs_list(saseo, knowledge):
    """A table with totals; an empty index says how to begin; a filter narrows."""
    listed = saseo("docs", "list", "--lang", "en")
    assert "/docs/문서1.md" in listed.out
    assert "2 documents, 4 passages" in listed.out
    assert [each["id"] for each in saseo("docs", "list", "문서2", "--json").json] == [2]
    knowledge.known = []
    empty = saseo("docs", "list", "--lang", "en")
    assert (empty.code, empty.out) == (0, "")
    assert "saseo index" in empty.err
    assert saseo("docs", "list", "--json").json == []


def test_docs_show_says_what_is_left_out(saseo, knowledge):
    """Of a document that was read in part, in words and in the JSON."""
    knowledge.left_out = (Omission("hidden_sheets", "비밀"),)
    shown = saseo("docs", "show", "1", "--lang", "en")
    assert "left out" in shown.out
    assert "hidden sheets" in shown.out
    (sentence,) = saseo("docs", "show", "1", "--json").json["left_out"]
    assert "비밀" in sentence


def test_docs_show(saseo):
    """Facts and passages of one document."""
    shown = saseo("docs", "show", "1", "--lang", "ko")
    assert "문서 1" in shown.out
    assert "연차는 15일입니다." in shown.out
    document = saseo("docs", "show", "1", "--json").json
    assert document["uri"] == "/docs/문서1.md"
    assert document["passages"][0]["lines"] == [3, 4]


@pytest.mark.parametrize("command", ["show", "remove"])
def test_a_document_must_be_named_clearly(saseo, knowledge, command):
    """None or several that match are exit code 1; several are listed."""
    assert saseo("docs", command, "없음").code == 1
    several = saseo("docs", command, "문서")
    assert several.code == 1
    assert "/docs/문서2.md" in several.out
    assert saseo("docs", command, "문서", "--json").json["error"]["kind"] == "docs-several"
    assert knowledge.forgotten == []


@pytest.mark.parametrize(
    ("typed", "forgotten"), [("y\n", [1]), ("예\n", [1]), ("\n", []), ("n\n", []), ("", [])]
)
def test_docs_remove_asks(saseo, knowledge, monkeypatch, typed, forgotten):
    """Only a yes forgets; the end of the input is no."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    result = saseo("docs", "remove", "1", "--lang", "ko")
    assert [document.id for document in knowledge.forgotten] == forgotten
    assert result.code == (0 if forgotten else 1)
    assert "파일은 그대로" in result.err


def test_docs_remove_with_yes(saseo, knowledge):
    """--yes doesn't ask; the knowledge is opened for writing."""
    result = saseo("docs", "remove", "2", "--yes", "--json")
    assert result.json["removed"]["id"] == 2
    assert knowledge.forgotten == [a_document(2)]
    assert saseo.modes == ["write"]


@dataclass
class Candidate:
    passage: object
    document: object
    score: float
    lexical: float | None
    lexical_rank: int | None
    dense: float | None
    dense_rank: int | None
    also_in: tuple = ()


@dataclass
class Retrieval:
    question: str
    language: str
    candidates: tuple
    answerable: float
    is_answerable: bool
    repaired: tuple
    milliseconds: float
    abilities: object = None


def a_retrieval(*candidates):
    """Two rankings of one question."""
    found = candidates or (
        Candidate(a_passage(), a_document(), 0.91, 0.8, 1, 0.7, 2, ("/docs/사본.md",)),
        Candidate(a_passage(2), a_document(2), 0.4, None, None, 0.6, 1),
    )
    return Retrieval("연챠", "ko", found, 0.83, True, (("연챠", "연차"),), 4.2)


def test_search_shows_passages(saseo, knowledge):
    """Rank, place, text, and where the same text stands too."""
    knowledge.retrieval = a_retrieval()
    shown = saseo("search", "연챠", "--lang", "ko", "--scope", "slack:T1")
    assert "연차는 15일입니다." in shown.out
    assert "/docs/사본.md" in shown.out
    assert "83%" not in shown.out
    assert knowledge.asked[0].audience == {Scope("everyone"), Scope("slack:T1")}


def test_search_explains(saseo, knowledge):
    """Both rankings, the scores, the repaired words, and whether the documents answer."""
    knowledge.retrieval = a_retrieval()
    shown = saseo("search", "연챠", "--explain", "--lang", "ko").out
    for part in ("0.910", "0.800", "0.700", "연챠 → 연차", "83%", "있다고 봅니다", "4.2 ms", "–"):
        assert part in shown
    result = saseo("search", "연챠", "--json").json
    assert result["candidates"][1]["lexical"] is None
    assert result["repaired"] == [["연챠", "연차"]]


def test_search_without_a_hit(saseo, knowledge):
    """Nothing found is said, and is no failure."""
    knowledge.retrieval = Retrieval("x", "en", (), 0.0, False, (), 1.0)
    result = saseo("search", "x", "--lang", "en")
    assert (result.code, result.out) == (0, "")
    assert "Nothing" in result.err


def test_feedback_is_exported_as_lines_of_json(saseo, knowledge):
    """Each opinion is one line with what it is about; without any, standard output stays empty."""
    result = saseo("feedback", "export", "--lang", "ko")
    assert (result.code, result.out) == (0, "")
    assert "의견" in result.err
    sources = [{"title": "문서 1", "uri": "/docs/문서1.md"}]
    opinion = (
        "down",
        "outdated",
        "작년 규정",
        "slack:T1/@U1",
        "slack",
        "C1",
        "연차는?",
        "15일",
        "model",
        sources,
    )
    knowledge.said = [Opinion(WRITTEN_AT, *opinion)]
    (line,) = saseo("feedback", "export").out.splitlines()
    assert json.loads(line) == {
        "given_at": "2026-11-01T00:00:00+00:00",
        "verdict": "down",
        "reason": "outdated",
        "comment": "작년 규정",
        "person": "slack:T1/@U1",
        "platform": "slack",
        "channel": "C1",
        "question": "연차는?",
        "answer": "15일",
        "mode": "model",
        "sources": sources,
    }
