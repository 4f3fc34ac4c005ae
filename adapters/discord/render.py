"""Answers as Discord messages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adapters import notes
from adapters.discord.markup import MESSAGE, length, pieces, plain
from adapters.view import View
from adapters.wording import answered_before, heading, particulars, sources_heading
from knowledge.messages import text as sentence
from knowledge.types import Answer, Language, Source

Action = Literal["stop", "up", "down", "share"]
BUTTON = re.compile(r"saseo:(?P<action>stop|up|down|share):(?P<claim>\d{1,18})(?::(?P<root>\d{1,20}))?")
"""A button's custom id: what it does, to which claim, and the message that its talk began with."""

_TITLE = 200
_EXCERPT = 300
_TELLING = 4000
_WEB = re.compile(r"https?://[^\s<>()\\]+")


@dataclass(frozen=True, slots=True)
class Button:
    """A button. It holds all that is needed to serve a click after a restart."""

    action: Action
    claim: int
    label: str
    root: str = ""

    @property
    def custom_id(self) -> str:
        """Its name on Discord."""
        root = f":{self.root}" if self.root else ""
        return f"saseo:{self.action}:{self.claim}{root}"


@dataclass(frozen=True, slots=True)
class Post:
    """One message."""

    content: str
    buttons: tuple[Button, ...] = ()


def root_of(custom_ids: Iterable[str]) -> str:
    """The message that the talk of a bot's message began with, by its buttons."""
    found = (match["root"] for match in map(BUTTON.fullmatch, custom_ids) if match)
    return next((root for root in found if root), "")


def claim_of(custom_ids: Iterable[str]) -> int | None:
    """The claim that a bot's message answers, by its buttons."""
    return next((int(match["claim"]) for match in map(BUTTON.fullmatch, custom_ids) if match), None)


def running(view: View, claim: int, root: str) -> Post:
    """An answer that is being made: its end so far, what it waits for, and a way to stop it."""
    waiting = _small(view.waiting, MESSAGE // 4)
    shown = pieces(view.text, MESSAGE - length(waiting) - 4) if view.text.strip() else []
    more = "…\n" if len(shown) > 1 else ""
    content = f"{more}{shown[-1]}\n{waiting}" if shown else waiting
    return Post(content, (Button("stop", claim, sentence("discord-stop", view.language), root),))


def finished(view: View, claim: int, root: str, now: datetime, *, can_share: bool) -> list[Post]:
    """A finished answer or a failure, in as many messages as it needs; the last has the buttons."""
    answer = view.answer
    if answer is None:
        return [Post(each) for each in _joined(_notices(view), pieces(view.failure))]
    text = pieces(answer.text) or [sentence("answer-unexpected", answer.language)]
    tail = [*_notices(view), *_label(answer), *_sources(answer, now), *_before(view, now)]
    pages = _joined(tail, text)
    if answer.mode == "stopped":
        return [Post(page) for page in pages]
    buttons = [Button("up", claim, "👍", root), Button("down", claim, "👎", root)]
    if can_share:
        buttons.append(Button("share", claim, sentence("discord-share", answer.language), root))
    return [*(Post(page) for page in pages[:-1]), Post(pages[-1], tuple(buttons))]


def shared(question: str, answer: Answer, person: str, now: datetime) -> list[Post]:
    """An answer that was private, for everyone in the channel: who shares it, what was asked."""
    said = sentence("discord-shared", answer.language, person=plain(person))
    head = f"{said}\n> {plain(question[:_EXCERPT])}"
    text = pieces(answer.text)
    first = _joined(text[:1], [head])
    return [Post(page) for page in _joined([*_label(answer), *_sources(answer, now)], [*first, *text[1:]])]


def told(text: str) -> str:
    """What a command says, for a layout's text: at most 4,000 characters."""
    shown = pieces(text, _TELLING - 2)
    if not shown:
        return "…"
    return shown[0] if len(shown) == 1 else f"{shown[0]}\n…"


def now() -> datetime:
    """The time, aware."""
    return datetime.now().astimezone()


def _joined(lines: Sequence[str], before: Sequence[str] = ()) -> list[str]:
    """Lines after what stands before them, in as few messages as they need."""
    pages = [*before]
    for line in lines:
        if pages and length(pages[-1]) + 1 + length(line) <= MESSAGE:
            pages[-1] = f"{pages[-1]}\n{line}"
        else:
            pages.append(line)
    return pages


def _small(text: str, most: int = MESSAGE // 2 - 3) -> str:
    """A line in small letters, of `most` characters before they are escaped."""
    return f"-# {plain(text[:most])}"


def _notices(view: View) -> list[str]:
    return [_small(notice) for notice in view.notices]


def _before(view: View, now: datetime) -> list[str]:
    """Where the same question was answered before."""
    before = view.before
    if before is None or not _WEB.fullmatch(before.link):
        return []
    return [f"-# [{plain(answered_before(before.at, now, view.language))}](<{before.link}>)"]


def _label(answer: Answer) -> list[str]:
    told = (notes.warning(answer), notes.outdated(answer), notes.origin(answer))
    return [_small(note) for note in told if note]


def _sources(answer: Answer, now: datetime) -> list[str]:
    if not answer.sources:
        return []
    lines = [f"**{plain(sources_heading(answer.mode, answer.language))}**"]
    for source in answer.sources:
        line = _source(source, answer.language, now)
        excerpt = plain(source.excerpt[:_EXCERPT]) if answer.mode == "not_found" else ""
        lines.append(f"{line}\n> {excerpt}" if excerpt else line)
    return lines


def _source(source: Source, language: Language, now: datetime) -> str:
    title = plain(heading(source)[:_TITLE])
    link = _WEB.fullmatch(source.address) and length(source.address) < 500
    facts = particulars(source, language, now, is_linked=bool(link))
    named = f"[{title}](<{source.address}>)" if link else f"**{title}**"
    return f"-# \\[{source.number}\\] " + " · ".join([named, *(plain(fact[-_TITLE:]) for fact in facts)])
