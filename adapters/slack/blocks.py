"""Block Kit's pieces that messages, forms and the home tab are made of. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.markup import SECTION

FALLBACK = 2000
"""Characters of what stands for a message in a notification, and of one element of a context block."""

Block = dict[str, Any]


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph in mrkdwn, in which Slack looks for no links and mentions."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text[:SECTION], "verbatim": True}}
    return block | ({"accessory": accessory} if accessory else {})


def context(text: str) -> Block:
    """A small line in mrkdwn."""
    element = {"type": "mrkdwn", "text": text[:FALLBACK], "verbatim": True}
    return {"type": "context", "elements": [element]}


def actions(*elements: Block) -> Block:
    """Buttons beside each other."""
    return {"type": "actions", "elements": list(elements)}


def button(action: str, text: str, value: str) -> Block:
    """A button; `value` comes back with the click."""
    return {"type": "button", "action_id": action, "text": plain(text), "value": value}


def opinion(action: str, up: str, down: str, labels: tuple[str, str]) -> Block:
    """Slack's own pair of thumbs, which agents have; `up` and `down` come back with the click."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": action,
                "positive_button": {"text": plain(labels[0]), "value": up},
                "negative_button": {"text": plain(labels[1]), "value": down},
            }
        ],
    }


def plain(text: str) -> Block:
    """A text without markup, for labels."""
    return {"type": "plain_text", "text": text, "emoji": True}


def field(name: str, label: str, element: Block, *, optional: bool = False) -> Block:
    """An input of a form: its value comes as `values[name][name]`."""
    return {
        "type": "input",
        "block_id": name,
        "optional": optional,
        "label": plain(label),
        "element": {**element, "action_id": name},
    }


def choice(options: Sequence[tuple[str, str]], chosen: str = "") -> Block:
    """One of several: values and what they are called."""
    listed = [option(value, label) for value, label in options]
    first = [each for each in listed if each["value"] == chosen]
    return {"type": "radio_buttons", "options": listed} | ({"initial_option": first[0]} if first else {})


def option(value: str, label: str) -> Block:
    """An entry of a menu or a choice."""
    return {"text": plain(label[:_OPTION]), "value": value}


def modal(callback: str, title: str, blocks: Sequence[Block], close: str, submit: str = "") -> Block:
    """A form. Without `submit` it only tells something."""
    view = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title),
        "close": plain(close),
        "blocks": list(blocks),
    }
    return view | ({"submit": plain(submit)} if submit else {})


_OPTION = 75
