"""The forms that Saseo opens in Slack, and what people fill in. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from adapters.messages import REASONS, Attachment
from adapters.protocol import Readers
from adapters.slack.blocks import Block, choice, context, field, modal, section
from adapters.slack.convert import files_of
from adapters.slack.markup import escape, inline
from knowledge.messages import text as sentence
from knowledge.types import Language

REASON_VIEW, ADD_VIEW, REMOVE_VIEW, WAIT_VIEW = "saseo_reason", "saseo_add", "saseo_remove", "saseo_wait"
DOCUMENT = "document"
"""The menu of documents in the form that removes one; Slack asks for its entries."""

_LONGEST = 3000  # of a text field, Slack's limit
_TITLE = 150
_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form was opened. It travels in the form, which may be sent after a restart.

    `channel` is empty for the home tab, `response_url` where there is none. `message` and `thread` are those
    of the message whose menu it was opened from. `document` is the one to remove.
    """

    channel: str = ""
    response_url: str = ""
    message: str = ""
    thread: str = ""
    document: str = ""

    @property
    def is_direct(self) -> bool:
        """Nobody but the person reads what is added for this place."""
        return not self.channel or self.channel.startswith("D")

    def packed(self) -> str:
        """As a form's private metadata, which may have 3,000 characters."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Self:
        """The origin of a form that was sent."""
        return cls(**json.loads(view["private_metadata"]))


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person filled into the form that adds documents."""

    title: str
    text: str
    files: tuple[Attachment, ...]
    readers: Readers
    whole_thread: bool


def reason_view(claim_id: int, language: Language) -> Block:
    """Asks why an answer was no good."""
    reasons = [(reason, sentence(f"slack-reason-{reason.replace('_', '-')}", language)) for reason in REASONS]
    comment = {"type": "plain_text_input", "multiline": True, "max_length": 2000}
    return modal(
        REASON_VIEW,
        sentence("slack-reason-title", language),
        [
            field("reason", sentence("slack-reason-which", language), choice(reasons)),
            field("comment", sentence("slack-reason-comment", language), comment, optional=True),
        ],
        close=sentence("slack-form-close", language),
        submit=sentence("slack-reason-submit", language),
    ) | {"private_metadata": str(claim_id)}


def add_view(origin: Origin, language: Language, readers: Readers = "place") -> Block:
    """Asks for files, or a text, and for whom they are."""
    return _adding(
        origin,
        language,
        [
            field("files", sentence("slack-add-files", language), {"type": "file_input"}, optional=True),
            field("title", sentence("slack-add-title", language), _line(_TITLE), optional=True),
            field("text", sentence("slack-add-text", language), _line(_LONGEST, rows=True), optional=True),
            _readers(origin, language, readers),
        ],
    )


def add_message_view(origin: Origin, message: str, language: Language) -> Block:
    """Asks what of a message's thread to keep, under which title, and for whom."""
    first = message.strip().split("\n")[0]
    title = _line(_TITLE) | ({"initial_value": first[:_TITLE]} if first.strip() else {})
    parts = [(part, sentence(f"slack-add-{part}", language)) for part in ("message", "thread")]
    which = [field("part", sentence("slack-add-part", language), choice(parts, "message"))]
    excerpt = " ".join(message.split())[:_EXCERPT]
    return _adding(
        origin,
        language,
        [
            *([context(f"&gt; {escape(excerpt)}")] if excerpt else []),
            *(which if origin.thread else []),
            field("title", sentence("slack-add-title", language), title, optional=True),
            _readers(origin, language, "place"),
        ],
    )


def remove_view(origin: Origin, title: str, language: Language) -> Block:
    """Asks whether to forget a document."""
    asked = sentence("slack-remove-sure", language, title=title, number=origin.document)
    return _removing(origin, language, [section(inline(asked))])


def choose_view(origin: Origin, said: str, language: Language) -> Block:
    """Asks which document to forget; `said` tells why it isn't known yet."""
    menu = {"type": "external_select", "min_query_length": 0}
    which = field(DOCUMENT, sentence("slack-remove-which", language), menu)
    return _removing(origin, language, [*([section(inline(said))] if said else []), which])


def wait_view(language: Language) -> Block:
    """Stands until it is known what to ask: a form can only be opened within three seconds."""
    return modal(
        WAIT_VIEW,
        sentence("slack-remove-form", language),
        [section(sentence("slack-form-wait", language))],
        close=sentence("slack-form-close", language),
    )


def filled(view: Mapping[str, Any]) -> Filled:
    """What was filled in."""
    values = view["state"]["values"]

    def value(name: str) -> dict[str, Any]:
        return dict((values.get(name) or {}).get(name) or {})

    chosen = str((value("readers").get("selected_option") or {}).get("value") or "")
    readers: Readers = "team" if chosen == "team" else "place" if chosen == "place" else "person"
    return Filled(
        title=" ".join(str(value("title").get("value") or "").split()),
        text=str(value("text").get("value") or "").strip(),
        files=files_of(value("files")),
        readers=readers,
        whole_thread=(value("part").get("selected_option") or {}).get("value") == "thread",
    )


def chosen_document(view: Mapping[str, Any]) -> str:
    """The number of the document that is to be removed."""
    values = view["state"]["values"].get(DOCUMENT) or {}
    picked = (values.get(DOCUMENT) or {}).get("selected_option") or {}
    return str(picked.get("value") or Origin.of(view).document)


def _adding(origin: Origin, language: Language, blocks: list[Block]) -> Block:
    return _form(ADD_VIEW, "add", origin, language, blocks)


def _removing(origin: Origin, language: Language, blocks: list[Block]) -> Block:
    return _form(REMOVE_VIEW, "remove", origin, language, blocks)


def _form(view: str, name: str, origin: Origin, language: Language, blocks: list[Block]) -> Block:
    return modal(
        view,
        sentence(f"slack-{name}-form", language),
        blocks,
        close=sentence("slack-form-close", language),
        submit=sentence(f"slack-{name}-submit", language),
    ) | {"private_metadata": origin.packed()}


def _readers(origin: Origin, language: Language, chosen: Readers) -> Block:
    """For whom: the channel, if the form was opened in one, the person alone, or the whole team."""
    offered: list[Readers] = ["person", "team"] if origin.is_direct else ["place", "person", "team"]
    options = [(each, sentence(f"slack-readers-{each}", language)) for each in offered]
    first = chosen if chosen in offered else offered[0]
    return field("readers", sentence("slack-readers", language), choice(options, first))


def _line(longest: int, *, rows: bool = False) -> Block:
    return {"type": "plain_text_input", "multiline": rows, "max_length": longest}
