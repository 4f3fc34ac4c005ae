"""What one person may ask about: counted over the scopes that they may read, and no others."""

from __future__ import annotations

from collections import Counter

from adapters.overview import Overview
from adapters.protocol import Directory
from bot.chat.audience import person_audience
from knowledge.service import Knowledge
from knowledge.threads import run_blocking

_NEWEST = 5


async def overview_of(
    knowledge: Knowledge, directory: Directory, platform: str, team: str, person: str
) -> Overview:
    """What this person may ask about."""
    audience = await person_audience(directory, platform, team, person)
    documents = await run_blocking(knowledge.documents, audience.scopes)
    status = await run_blocking(knowledge.status)
    counts = Counter(document.scope for document in documents)
    newest = sorted(documents, key=lambda document: document.modified_at, reverse=True)
    return Overview(
        tuple(sorted(counts.items(), key=lambda each: (each[0].count("/"), ":" in each[0], each[0]))),
        tuple(dict.fromkeys(document.title for document in newest))[:_NEWEST],
        status.last_refresh,
        is_partial=audience.limit.startswith("unknown"),
    )
