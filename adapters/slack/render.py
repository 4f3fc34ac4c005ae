"""Answers as Slack messages: blocks, and the text that stands for them in a notification. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters import notes
from adapters.slack.blocks import FALLBACK, Block, actions, button, context, opinion, section
from adapters.slack.markup import SECTION, escape, inline, sections
from adapters.view import View
from adapters.wording import answered_before, heading, particulars, sources_heading
from knowledge.messages import text as sentence
from knowledge.types import Answer, Language, Source

MESSAGE = 11_000
"""Characters of one message: Slack refuses a message whose blocks hold more than some 13,000."""

STOP, UP, DOWN, SHARE = "saseo_stop", "saseo_up", "saseo_down", "saseo_share"
OPINION = "saseo_opinion"
"""Slack's own pair of thumbs: the value is UP or DOWN, a space, and the claim."""
_EXCERPT = 300
_WEB = re.compile(r"https?://[^\s|<>\"]+")


@dataclass(frozen=True, slots=True)
class Post:
    """One message: `text` is read out and shown in notifications, `blocks` are what is seen."""

    text: str
    blocks: list[Block]


def running(view: View, claim_id: int, *, can_stop: bool) -> Post:
    """An answer that is being made: what there is, what it waits for, and a way to stop it."""
    shown = _fitting(sections(view.text))[0] if view.text.strip() else []
    blocks = [*map(section, shown), context(inline(view.waiting))]
    if can_stop:
        blocks.append(actions(button(STOP, sentence("slack-stop", view.language), str(claim_id))))
    return Post(shown[0][:FALLBACK] if shown else inline(view.waiting), blocks)


def looking(claim_id: int, language: Language) -> Post:
    """That a private answer takes a while, and a way to stop it."""
    said = sentence("slack-looking", language)
    stop = button(STOP, sentence("slack-stop", language), str(claim_id))
    return Post(said, [section(said), actions(stop)])


def finished(
    view: View, claim_id: int, now: datetime, *, can_share: bool = False, in_agent: bool = False
) -> list[Post]:
    """A finished answer or a failure, in as many messages as it needs; the last has the buttons.

    `in_agent`: those of Slack's own, for opinions.
    """
    answer = view.answer
    if answer is None:
        failure = inline(view.failure)
        return [Post(failure, [section(failure), *_notices(view)])]
    pages = _fitting(sections(answer.text)) or [[escape(sentence("answer-unexpected", answer.language))]]
    posts = [Post(page[0][:FALLBACK], [section(piece) for piece in page]) for page in pages]
    tail = [*_notices(view), *_label(answer), *_sources(answer, now), *_before(view, now)]
    if answer.mode != "stopped" and in_agent:
        tail.append(opinion(OPINION, f"{UP} {claim_id}", f"{DOWN} {claim_id}", ("👍", "👎")))
    elif answer.mode != "stopped":
        buttons = [button(UP, "👍", str(claim_id)), button(DOWN, "👎", str(claim_id))]
        if can_share:
            buttons.append(button(SHARE, sentence("slack-share", answer.language), str(claim_id)))
        tail.append(actions(*buttons))
    posts[-1].blocks.extend(tail)
    return posts


def shared(question: str, answer: Answer, person: str, now: datetime) -> list[Post]:
    """An answer that was private, for everyone in the channel: who shares it, what was asked."""
    said = sentence("slack-shared", answer.language, person=f"<@{person}>")
    head = section(f"{said}\n&gt; {escape(' '.join(question.split()))[:500]}")
    pages = _fitting(sections(answer.text))
    posts = [Post(page[0][:FALLBACK], [section(piece) for piece in page]) for page in pages]
    posts[0].blocks.insert(0, head)
    posts[-1].blocks.extend([*_label(answer), *_sources(answer, now)])
    return posts


def now() -> datetime:
    """The time, aware."""
    return datetime.now().astimezone()


def told(text: str) -> Post:
    """What a command says."""
    pages = _fitting(sections(text))
    shown = pages[0] if pages else [""]
    more = [section("…")] if len(pages) > 1 else []
    return Post(shown[0][:FALLBACK], [*map(section, shown), *more])


def _fitting(pieces: Sequence[str]) -> list[list[str]]:
    """Pieces in groups that each fit one message."""
    pages: list[list[str]] = []
    length = MESSAGE + 1
    for piece in pieces:
        if length + len(piece) > MESSAGE:
            pages.append([])
            length = 0
        pages[-1].append(piece)
        length += len(piece)
    return pages


def _notices(view: View) -> list[Block]:
    return [context(inline(notice)) for notice in view.notices]


def _before(view: View, now: datetime) -> list[Block]:
    """Where the same question was answered before."""
    before = view.before
    if before is None or not _WEB.fullmatch(before.link):
        return []
    said = answered_before(before.at, now, view.language)
    return [context(f"<{before.link.replace('&', '&amp;')}|{escape(said)}>")]


def _label(answer: Answer) -> list[Block]:
    told = (notes.warning(answer), notes.outdated(answer), notes.origin(answer))
    return [context(inline(note)) for note in told if note]


def _sources(answer: Answer, now: datetime) -> list[Block]:
    """The list of sources, which counts toward one message's characters little: some lines each."""
    if not answer.sources:
        return []
    lines = [f"*{escape(sources_heading(answer.mode, answer.language))}*"]
    for source in answer.sources:
        lines.append(_source(source, answer.language, now))
        if answer.mode == "not_found":
            excerpt = " ".join(source.excerpt.split())[:_EXCERPT]
            lines += [f"&gt; {escape(excerpt)}"] if excerpt else []
    blocks: list[Block] = []
    current = ""
    for line in lines:
        if current and len(current) + 1 + len(line) > SECTION:
            blocks.append(section(current))
            current = ""
        current = f"{current}\n{line}" if current else line
    return [*blocks, section(current)]


def _source(source: Source, language: Language, now: datetime) -> str:
    title = escape(heading(source))[:FALLBACK]
    link = _WEB.fullmatch(source.address)
    named = f"<{source.address.replace('&', '&amp;')}|{title.replace('|', '¦')}>" if link else f"*{title}*"
    facts = particulars(source, language, now, is_linked=link is not None)
    return f"[{source.number}] " + " · ".join([named, *map(escape, facts)])
