"""The app's home tab: what the person who opens it may ask about, how, and since when it is fresh."""

from __future__ import annotations

from datetime import datetime

from adapters.overview import Overview
from adapters.slack.blocks import Block, actions, button, context, plain, section
from adapters.slack.markup import escape
from knowledge.messages import text as sentence
from knowledge.types import EVERYONE, Language, Scope

ADD = "saseo_home_add"
_SCOPES = 20
_TITLE = 150


def home_view(overview: Overview, now: datetime, language: Language) -> Block:
    """The tab, for one person. `now` is aware."""
    counts = [_count(scope, count, language) for scope, count in overview.counts[:_SCOPES]]
    if len(overview.counts) > _SCOPES:
        counts.append(sentence("slack-home-more", language, count=len(overview.counts) - _SCOPES))
    newest = [f"• {escape(title[:_TITLE])}" for title in overview.newest]
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain(sentence("slack-home-title", language))},
            section(sentence("slack-home-how", language)),
            {"type": "divider"},
            section("\n".join([f"*{sentence('slack-home-known', language)}*", *_or_none(counts, language)])),
            *(
                [section("\n".join([f"*{sentence('slack-home-newest', language)}*", *newest]))]
                if newest
                else []
            ),
            *([context(sentence("slack-home-partial", language))] if overview.is_partial else []),
            context(_freshness(overview.refreshed_at, now, language)),
            actions(button(ADD, sentence("slack-add-form", language), "home")),
        ],
    }


def prompts(overview: Overview, language: Language) -> list[dict[str, str]]:
    """Questions to begin with, about the newest of the person's documents. Slack shows four."""
    return [
        {
            "title": sentence("slack-prompt-title", language, title=title[:60]),
            "message": sentence("slack-prompt", language, title=title[:_TITLE]),
        }
        for title in overview.newest[:4]
    ]


def _count(scope: Scope, count: int, language: Language) -> str:
    _, _, place = scope.partition("/")
    if scope == EVERYONE:
        key = "everyone"
    elif not place:
        key = "team"
    else:
        key = "person" if place.startswith("@") else "channel"
    return "• " + sentence(f"slack-home-{key}", language, count=count, channel=f"<#{place}>")


def _or_none(lines: list[str], language: Language) -> list[str]:
    return lines or [sentence("slack-home-none", language)]


def _freshness(at: datetime | None, now: datetime, language: Language) -> str:
    if at is None:
        return sentence("talk-status-never", language)
    return sentence("talk-status-refreshed", language, minutes=max(0, int((now - at).total_seconds() // 60)))
