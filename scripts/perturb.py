"""Spoil the questions of a corpus in BEIR's layout the way people do, always the same way for one seed.

python scripts/perturb.py --corpus CORPUS --out FOLDER --unspaced
python scripts/perturb.py --corpus CORPUS --out FOLDER --typos 2 --seed 0
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
from pathlib import Path

# A slip in a shorter word leaves little to recognise it by.
_WORD = re.compile(r"[A-Za-z]{4,}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def unspaced(text: str) -> str:
    """The text without any space."""
    return "".join(text.split())


def mistyped(text: str, typos: int, rng: random.Random) -> str:
    """The text with one slip in each of `typos` words of four letters or more, or in all of them.

    A slip is two letters swapped, a letter lost, doubled or replaced by any other.
    """
    words = list(_WORD.finditer(text))
    for match in sorted(rng.sample(words, min(typos, len(words))), key=lambda match: -match.start()):
        text = text[: match.start()] + _slipped(match[0], rng) + text[match.end() :]
    return text


def _slipped(word: str, rng: random.Random) -> str:
    while True:
        i = rng.randrange(len(word))
        other = rng.choice(_LETTERS)
        slipped = rng.choice(
            (
                word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :],
                word[:i] + word[i + 1 :],
                word[:i] + word[i] + word[i:],
                word[:i] + other + word[i + 1 :],
            ),
        )
        if slipped.lower() != word.lower():
            return slipped


def main() -> None:
    """Copy a corpus with spoilt questions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True, help="a folder in BEIR's layout")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; it must not exist")
    parser.add_argument("--unspaced", action="store_true", help="take out all spaces")
    parser.add_argument("--typos", type=int, default=0, help="slips of the keyboard in each question")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    shutil.copytree(arguments.corpus, arguments.out)
    rng = random.Random(arguments.seed)
    lines = []
    for line in (arguments.corpus / "queries.jsonl").read_text("utf-8").splitlines():
        query = json.loads(line)
        query["text"] = mistyped(query["text"], arguments.typos, rng)
        if arguments.unspaced:
            query["text"] = unspaced(query["text"])
        lines.append(json.dumps(query, ensure_ascii=False))
    (arguments.out / "queries.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
