"""`saseo chat`: a conversation at the terminal, beside a running bot or without one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from rich.console import Console
from rich.text import Text

from adapters.console.adapter import ConsoleChat, Conversation, use_history
from adapters.console.render import measure, wrap
from adapters.console.screen import AnswerScreen
from bot.cli.ask import audience
from bot.cli.background import BackgroundLoop
from bot.cli.session import Session
from bot.models.in_use import changing_sentence, embedding_sentence, language_sentence
from knowledge.types import Handler

if TYPE_CHECKING:
    from knowledge.service import Knowledge

_log = structlog.get_logger(__name__)


def chat(session: Session, scopes: list[str]) -> None:
    """Open the knowledge for reading and converse."""
    asked = audience(scopes)
    with session.knowledge() as knowledge, BackgroundLoop() as loop:
        conversation = Conversation(asked, session.answer_language)
        if not converse(session, knowledge, knowledge.answer, loop, conversation, starts=False):
            session.leave_at_once()


def converse(
    session: Session,
    knowledge: Knowledge,
    handler: Handler,
    loop: BackgroundLoop,
    conversation: Conversation,
    *,
    starts: bool,
) -> bool:
    """Greet, show the prompt at once while the models load behind it, and answer until the person leaves.

    `starts` tells whether this process starts the language model.

    Returns whether the models were loaded by then; if not, a thread is still at it.
    """
    banner(session, knowledge, starts=starts)
    save_history = use_history(session.settings.data_dir / "history")
    ready = loop.submit(_warm(knowledge))
    try:
        screen = AnswerScreen(session.out, session.language)
        ConsoleChat(handler, loop.submit, screen, conversation=conversation, read=input).run()
    finally:
        save_history()
    return ready.done()


def banner(session: Session, knowledge: Knowledge, *, starts: bool) -> None:
    """What is known, which models answer and what they can't do, and how to leave."""
    text, out = session.text, session.out
    status = knowledge.status()
    out.print()
    out.print(Text.assemble("  ", (text("banner-name"), "heading"), ("  " + text("banner-what"), "faint")))
    if status.documents:
        _paragraph(out, text("banner-known", documents=status.documents, passages=status.passages))
    else:
        _paragraph(out, text("banner-empty"), "warning")
    for sentence in (
        embedding_sentence(status.embedder, session.settings, session.language),
        language_sentence(session.settings, session.language, starts=starts),
    ):
        _paragraph(out, sentence.text, "warning" if sentence.command else "")
        if sentence.command:
            out.print(Text.assemble("    → ", (sentence.command, "name")))
    if status.waiting:
        _paragraph(out, changing_sentence(status.waiting, session.language))
    _paragraph(out, text("banner-leave"), "faint")
    out.print()


def _paragraph(out: Console, sentence: str, style: str = "") -> None:
    for paragraph in sentence.splitlines():
        for line in wrap(paragraph, measure(out.width)):
            out.print(Text(f"  {line}", style))


async def _warm(knowledge: Knowledge) -> None:
    try:
        await asyncio.to_thread(knowledge.warm)
    except Exception:  # noqa: BLE001
        # Answering tries again and tells the asker what is wrong; here nobody listens.
        _log.exception("warm-up failed")
