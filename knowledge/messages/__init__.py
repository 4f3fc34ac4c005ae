"""Every sentence that a person reads, in Korean and English, from one catalogue (Project Fluent).

The files in `en/` and `ko/` have the same messages with the same variables. A message is chosen by its key;
an error of the tree in `knowledge.errors` knows its own. Whole numbers choose plurals; identifiers (process
ids, line numbers) come as strings. In Korean no particle follows a variable: none has to read "을(를)".
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from knowledge.errors import SaseoError
from knowledge.types import LANGUAGES, Language

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle


def text(key: str, language: Language, **parameters: object) -> str:
    """The sentence `key` in `language`.

    Whole numbers and fractions are written with the thousands separators of the language, and choose its
    plural: give an identifier (a process id, a line number) as a string.

    Raises:
        KeyError: the catalogue has no such message.
    """
    bundle = _bundle(language)
    pattern = bundle.get_message(key).value if bundle.has_message(key) else None
    if pattern is None:
        raise KeyError(key)
    values = {name: _plain(value) for name, value in parameters.items()}
    written, _ = bundle.format_pattern(pattern, values)
    return str(written)


def load() -> None:
    """Read the catalogue in every language. The first use does it too, and takes a second of one core."""
    for language in LANGUAGES:
        _bundle(language)


def has_text(key: str, language: Language = "en") -> bool:
    """Whether the catalogue has a message of this key."""
    return bool(_bundle(language).has_message(key))


def describe(error: SaseoError, language: Language) -> str:
    """What went wrong and what to do, for a person.

    An error with a reason that has no sentence of its own takes its class's, and one without any its base's.
    """
    parameters = {name: _plain(value) for name, value in error.parameters.items()}
    sentence = text(next(filter(has_text, _keys(error))), language, **parameters)
    detail = str(parameters.get("detail") or "").strip()
    return text("error-with-detail", language, sentence=sentence, detail=detail) if detail else sentence


def _keys(error: SaseoError) -> list[str]:
    """The keys to try, the most exact first."""
    bases = (base for base in type(error).__mro__ if issubclass(base, SaseoError))
    return [error.key, *("error" + re.sub(r"([A-Z])", r"-\1", base.__name__).lower() for base in bases)]


def _plain(value: object) -> Any:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else str(value)


def sources(language: Language) -> list[str]:
    """The text of each file of a language's catalogue."""
    folder = files(__name__) / language
    return [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".ftl")]


@lru_cache(maxsize=2)
def _bundle(language: Language) -> FluentBundle:
    # Slow to import, and a command that only prints JSON needs no sentence.
    from fluent.runtime import FluentBundle, FluentResource

    # No isolation marks: terminals show them as boxes, and neither language is written from right to left.
    bundle = FluentBundle([language], use_isolating=False)
    for source in sources(language):
        bundle.add_resource(FluentResource(source))
    return bundle
