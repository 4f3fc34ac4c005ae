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
        live = snapshot.passages(snapshot._published.live.rows.tolist())
        paths = {row: stored.document.uri.removeprefix(f"{folder}/") for row, stored in live.items()}
        served = {
            path: tuple(live[row].passage.text for row in sorted(paths) if paths[row] == path)
            for path in paths.values()
        }
        listed = [document.uri for document in reading.list_documents(snapshot._connection)]
        assert listed == sorted(f"{folder}/{path}" for path in served)
        for path, texts in served.items():
            assert texts in (before.get(path), after.get(path)), (
                f"{path} is served in no state that it was in"
            )
        assert before.keys() & after.keys() <= served.keys()
        homes = Counter(_WORDS[path] for path in served)
        for word in {_WORDS[path] for path in before} & {_WORDS[path] for path in after}:
            assert homes[word] == 1, f"{word} is in {homes[word]} documents"  # whatever its name is now
        for path in before | after:
            query = LexicalQuery({"en": dict.fromkeys(ANALYZER.terms(_WORDS[path], "en"), 1.0)}, {})
            found = snapshot.search_lexical(query, 100).rows.tolist()
            expected = [row for row, home in paths.items() if _WORDS[home] == _WORDS[path]]
            assert sorted(found) == sorted(expected), f"words find other passages of {path}"
        for row, stored in live.items():
            nearest = snapshot.search_dense(embedder.embed_query(stored.passage.full_text), 1).rows.tolist()
            assert nearest == [row]
    return served
