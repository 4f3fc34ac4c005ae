"""Two states of a folder, of which an interrupted run may serve each document in one, and what to check then."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

from knowledge.catalog import reading
from knowledge.index import LexicalQuery
from knowledge.service import Knowledge
from tests.librarian import ANALYZER, EVERYBODY, fill

Documents = dict[str, tuple[str, ...]]
"""The texts of a document's passages, by its path within the folder."""

_SENTENCE = "The {word} of {version} is kept in the {version} drawer beside the {word} and the lamp."


def _word(number: int) -> str:
    """A word that stands in one document only."""
    return "qu" + "".join("bcdfgklmnp"[int(digit)] + "o" for digit in f"{number:02}")


def _passages(number: int, version: str) -> tuple[str, ...]:
    """One to three; an even number loses one with the second version."""
    count = 1 + (number + (version == "second")) % 3
    return tuple(
        " ".join([_SENTENCE.format(word=_word(number), version=version), f"Part {part}."] * 6).strip()
        for part in range(count)
    )


BEFORE: Documents = {f"{'a' if n % 2 else 'b/c'}/{n:02}.md": _passages(n, "first") for n in range(45)}
AFTER: Documents = {
    **{path: _passages(n, "second") for n, path in enumerate(BEFORE) if n < 20},  # changed
    **{f"moved/{Path(path).name}": BEFORE[path] for n, path in enumerate(BEFORE) if 20 <= n < 26},
    **{path: BEFORE[path] for n, path in enumerate(BEFORE) if n >= 32},  # 26 to 31 are deleted
    **{f"new/{n:02}.md": _passages(n, "second") for n in range(45, 62)},
}
_WORDS = {path: _word(int(Path(path).stem)) for path in BEFORE | AFTER}


def arrange(folder: Path, documents: Documents, time: int) -> None:
    """Let the folder hold these documents and nothing else, all of one time, in seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    fill(folder, {path: _markdown(path, texts) for path, texts in documents.items()})
    for path in documents:
        os.utime(folder / path, (time, time))


def _markdown(path: str, texts: tuple[str, ...]) -> str:
    word = _WORDS[path]
    sections = (f"## Section {number}\n\n{text}\n" for number, text in enumerate(texts))
    return f"# About {word}\n\n" + "\n".join(sections)


def check(knowledge: Knowledge, folder: Path, before: Documents, after: Documents) -> Documents:
    """Every document is served whole, in one of its states, by list, words and vectors alike; gives what is."""
    embedder = knowledge._parts.embedder
    with knowledge._library.pin(EVERYBODY) as snapshot:
        documents = reading.list_documents(snapshot._connection)
        served = {
            document.uri.removeprefix(f"{folder}/"): tuple(
                passage.text for passage in reading.document_passages(snapshot._connection, document.id)
            )
            for document in documents
        }
        for path, texts in served.items():
            assert texts in (before.get(path), after.get(path)), f"{path} is served in no state that it was in"
        homes = Counter(_WORDS[path] for path in served)
        for path in before.keys() & after.keys():
            assert path in served, f"{path} is lost"
        for path in before | after:
            word = _WORDS[path]
            was, will_be = (any(_WORDS[p] == word for p in state) for state in (before, after))
            if was and will_be:  # also under another name
                assert homes[word] == 1, f"{word} is in {homes[word]} documents"
            query = LexicalQuery({"en": dict.fromkeys(ANALYZER.terms(word, "en"), 1.0)}, {})
            rows = snapshot.search_lexical(query, 100).rows.tolist()
            found = Counter(stored.document.uri for stored in snapshot.passages(rows).values())
            expected = {f"{folder}/{p}": len(texts) for p, texts in served.items() if _WORDS[p] == word}
            assert found == expected, f"words find {found} for {word}"
        for path, texts in served.items():
            for number, text in enumerate(texts):
                heading = f"About {_WORDS[path]} > Section {number}"
                rows = snapshot.search_dense(embedder.embed_query(f"{heading}\n{text}"), 1).rows.tolist()
                (nearest,) = snapshot.passages(rows).values()
                assert nearest.document.uri == f"{folder}/{path}"
                assert nearest.passage.text == text
    return served
