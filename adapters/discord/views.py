"""What people click and fill in: stop, feedback with a reason, sharing. It works after a restart too."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from adapters.discord import render
from adapters.discord.render import BUTTON, Post
from adapters.messages import REASONS, Reason
from knowledge.messages import text as sentence
from knowledge.types import Language

_STYLES = {"stop": discord.ButtonStyle.secondary, "share": discord.ButtonStyle.primary}
_FORM_SECONDS = 900
REASON = re.compile(r"saseo:reason:(\d{1,18})")


class PersistentButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=BUTTON):
    """A button that is served by what its custom id says: the client hears of it as `saseo_button`."""

    def __init__(self, button: render.Button) -> None:
        self.button = button
        super().__init__(
            discord.ui.Button(
                label=button.label,
                custom_id=button.custom_id,
                style=_STYLES.get(button.action, discord.ButtonStyle.secondary),
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was clicked."""
        del interaction
        label = str(getattr(item, "label", "") or "?")
        return cls(render.Button(match["action"], int(match["claim"]), label, match["root"] or ""))  # type: ignore[arg-type]

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the click to whoever serves it."""
        interaction.client.dispatch("saseo_button", interaction, self.button)


def view_of(post: Post) -> discord.ui.View | None:
    """A post's buttons."""
    if not post.buttons:
        return None
    view = discord.ui.View(timeout=None)
    for button in post.buttons:
        view.add_item(PersistentButton(button))
    return view


def layout_of(text: str) -> discord.ui.LayoutView:
    """What a command says: up to 4,000 characters, which a plain message can't hold."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(discord.ui.TextDisplay(render.told(text))))
    return view


def reason_modal(claim: int, language: Language) -> discord.ui.Modal:
    """The form that asks why an answer was no good. It comes back as an interaction with its custom id."""
    options = [
        discord.RadioGroupOption(
            label=sentence(f"discord-reason-{reason.replace('_', '-')}", language), value=reason
        )
        for reason in REASONS
    ]
    modal = discord.ui.Modal(
        title=sentence("discord-reason-title", language),
        custom_id=f"saseo:reason:{claim}",
        timeout=_FORM_SECONDS,
    )
    modal.add_item(
        discord.ui.Label(
            text=sentence("discord-reason-which", language),
            component=discord.ui.RadioGroup(custom_id="reason", options=options),
        )
    )
    modal.add_item(
        discord.ui.Label(
            text=sentence("discord-reason-comment", language),
            component=discord.ui.TextInput(
                custom_id="comment", style=discord.TextStyle.paragraph, required=False, max_length=2000
            ),
        )
    )
    return modal


def filled_in(data: Any) -> dict[str, Any]:
    """What a person filled into a form, by the fields' custom ids: a value, or the values of an upload."""
    found: dict[str, Any] = {}
    for row in data.get("components") or ():
        for field in (row.get("component"), *(row.get("components") or ())):
            if field and "custom_id" in field:
                found[field["custom_id"]] = field.get("values", field.get("value"))
    return found


def reason_of(data: Any) -> tuple[int, Reason, str] | None:
    """The claim, the reason and the comment of a form that was sent; None of another form."""
    match = REASON.fullmatch(str(data.get("custom_id") or ""))
    if match is None:
        return None
    fields = filled_in(data)
    reason: Reason = next((each for each in REASONS if each == fields.get("reason")), "other")
    return int(match[1]), reason, str(fields.get("comment") or "")
