"""The catalogue of sentences."""

from __future__ import annotations

import ast as python
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import ast, parse, visitor
from hypothesis import given
from hypothesis import strategies as st

import bot.handover
import bot.settings  # noqa: F401 (its error belongs to the tree)
from knowledge import errors, messages
from knowledge.errors import SaseoError, Unreadable
from knowledge.messages import describe, has_text, text
from knowledge.types import LANGUAGES

# What the docstring leaves open ("...").
OPEN_REASONS = {"ModelUnavailable": ("unreachable", "not_found", "denied", "rate_limited", "memory")}
CORPUS_REASONS = ("missing", "encoding", "json", "field", "qrels", "twice", "no_queries")


class _Variables(visitor.Visitor):
    def __init__(self):
        self.names = set()

    def visit_VariableReference(self, node):  # noqa: N802
        self.names.add(node.id.name)


def catalogue(language):
    """Message key -> names of its variables."""
    source = "\n".join(messages.sources(language))
    found = {}
    for entry in parse(source).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{entry.id.name} stands twice"
            names = _Variables()
            names.visit(entry)
            found[entry.id.name] = names.names
    return found


def error_classes(root: type[SaseoError] = SaseoError) -> Iterator[type[SaseoError]]:
    """The tree, its root too."""
    yield root
    for child in root.__subclasses__():
        yield from error_classes(child)


def reasons(kind):
    """The reasons that an error's docstring names."""
    documented = re.search(r"reason \((.*?)\)", kind.__doc__ or "", re.DOTALL)
    named = re.findall(r"`(\w+)`", documented[1]) if documented else []
    return (*named, *OPEN_REASONS.get(kind.__name__, ()))


def test_both_catalogues_have_the_same_messages_with_the_same_variables():
    """What can be said in one language can be said in the other, with the same facts."""
    assert catalogue("ko") == catalogue("en")


@pytest.mark.parametrize("kind", list(error_classes()), ids=lambda kind: kind.__name__)
def test_every_error_has_its_sentence(kind):
    """Each class of the error tree, and each reason that it documents, has a sentence of its own."""
    name = "error" + re.sub(r"([A-Z])", r"-\1", kind.__name__).lower()
    for key in (name, *(f"{name}-{reason}" for reason in reasons(kind))):
        assert has_text(key), key


def test_the_documented_reasons_are_found():
    """The test above reads docstrings; this one fails if their form changes."""
    assert {"unsupported", "binary", "malformed"} <= set(reasons(errors.Unreadable))
    assert {"missing", "unknown_option"} <= set(reasons(errors.InvalidFolder))
    assert {"gone", "emptied", "many"} <= set(reasons(errors.RemovalWithheld))


def raised(tree, names):
    """(class, reason) of every error that is made with a literal reason."""
    for node in python.walk(tree):
        match node:
            case python.Call(func=python.Name(id=name), keywords=keywords) if name in names:
                for keyword in keywords:
                    if keyword.arg == "reason" and isinstance(keyword.value, python.Constant):
                        yield name, keyword.value.value


def test_every_reason_that_is_raised_has_its_sentence():
    """Whatever the code raises with a literal reason can be told exactly, documented or not."""
    root = Path(messages.__file__).parents[2]
    names = {kind.__name__ for kind in error_classes()}
    missing = []
    for path in [*root.glob("knowledge/**/*.py"), *root.glob("bot/**/*.py")]:
        for name, reason in raised(python.parse(path.read_text(encoding="utf-8")), names):
            key = "error" + re.sub(r"([A-Z])", r"-\1", name).lower() + f"-{reason}"
            if not has_text(key):
                missing.append((str(path), key))
    assert missing == []


@pytest.mark.parametrize("reason", CORPUS_REASONS)
def test_reasons_of_an_evaluation_corpus_have_their_sentence(reason):
    """What bot/evaluation.py raises can be told."""
    assert has_text(f"error-invalid-corpus-{reason}")


def test_korean_has_no_particle_in_two_forms():
    """A Korean sentence is written so that no particle depends on the variable before it."""
    source = "\n".join(messages.sources("ko"))
    told = "\n".join(line for line in source.splitlines() if not line.startswith("#"))
    assert not re.search(r"[을를이가은는와과]\([을를이가은는와과]\)", told)
    assert not re.search(r"\{ \$\w+ \}(을|를|은|는|이|가|과|와|으로|로)(?![가-힣])", told)


def test_english_counts_have_plurals():
    """One is one, and more are more."""
    assert text("age-weeks", "en", count=1) == "1 week ago"
    assert text("age-weeks", "en", count=3) == "3 weeks ago"


def test_no_isolation_marks():
    """Invisible marks around variables show as boxes in terminals."""
    assert text("source-page", "ko", first="3") == "3쪽"


def test_numbers_are_grouped_and_identifiers_are_not():
    """A count gets its thousands separator; what is given as a string stays as it is."""
    assert "1,200" in text("docs-several", "en", wanted="x", count=1200)
    assert "12345" in text("error-already-running", "en", path="/d", pid="12345")


def test_an_unknown_key_is_an_error():
    """A misspelt key fails a test instead of reaching a person."""
    with pytest.raises(KeyError):
        text("no-such-message", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_reason_takes_the_sentence_of_its_class(language):
    """An error is told, less exactly, even when its reason is new."""
    assert describe(Unreadable(reason="novel"), language) == text("error-unreadable", language)


def test_an_unknown_class_takes_the_sentence_of_its_base():
    """An error class without a sentence is told as its base."""

    class Novel(errors.InvalidInput):
        pass

    try:
        assert describe(Novel(), "en") == text("error-invalid-input", "en")
    finally:
        del Novel


def test_the_detail_stands_in_brackets():
    """A technical detail follows the sentence; nothing follows without one."""
    told = describe(Unreadable(reason="io", detail="EIO"), "en")
    assert told.endswith("(EIO)")
    assert "(" not in describe(Unreadable(reason="io", detail=""), "en")


@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_can_be_a_parameter(value, language):
    """A parameter appears as it is, whatever it contains."""
    assert value in text("docs-none-found", language, wanted=value)
