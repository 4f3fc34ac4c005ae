"""What people click: stop, feedback with a reason, sharing."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.messages import REASONS, Reason
from adapters.protocol import Librarian
from adapters.slack import forms, render
from adapters.slack.convert import language_of
from adapters.slack.errors import mapped
from adapters.slack.listeners import Body, acknowledged
from adapters.slack.surface import SlackSurface, respond
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)


class Buttons:
    """Stop, feedback and sharing. Nothing here must survive a restart."""

    def __init__(self, client: AsyncWebClient, surface: SlackSurface, librarian: Librarian) -> None:
        self._client = client
        self._surface = surface
        self._librarian = librarian

    def register(self, app: AsyncApp) -> None:
        """Take the clicks."""
        app.action(render.STOP)(acknowledged(self._stop))
        app.action(render.UP)(acknowledged(self._up))
        app.action(render.DOWN)(acknowledged(self._down))
        app.action(render.OPINION)(acknowledged(self._opinion))
        app.action(render.SHARE)(acknowledged(self._share))
        app.view(forms.REASON_VIEW)(acknowledged(self._reason))

    async def _stop(self, body: Body) -> None:
        refusal = await self._librarian.stop(_claim_id(body), str(body["user"]["id"]))
        if refusal:
            await respond(str(body["response_url"]), render.told(refusal))

    async def _opinion(self, body: Body) -> None:
        """Slack's own pair of thumbs."""
        action = body["actions"][0]
        verdict, _, action["value"] = str(action["value"]).partition(" ")
        await (self._up if verdict == render.UP else self._down)(body)

    async def _up(self, body: Body) -> None:
        known = await self._librarian.feedback(_claim_id(body), str(body["user"]["id"]), "up")
        key = "slack-thanks" if known else "slack-feedback-gone"
        await respond(str(body["response_url"]), render.told(sentence(key, language_of(body))))

    async def _down(self, body: Body) -> None:
        """The opinion is kept at once, and its reason when it is given."""
        claim_id = _claim_id(body)
        known = await self._librarian.feedback(claim_id, str(body["user"]["id"]), "down")
        if not known:
            gone = sentence("slack-feedback-gone", language_of(body))
            await respond(str(body["response_url"]), render.told(gone))
            return
        with mapped():
            await self._client.views_open(
                trigger_id=str(body["trigger_id"]), view=forms.reason_view(claim_id, language_of(body))
            )

    async def _reason(self, body: Body) -> None:
        view = body["view"]
        values = view["state"]["values"]
        selected = (values["reason"]["reason"].get("selected_option") or {}).get("value")
        chosen: Reason = next((reason for reason in REASONS if reason == selected), "other")
        comment = str(values["comment"]["comment"].get("value") or "")
        person = str(body["user"]["id"])
        await self._librarian.feedback(int(view["private_metadata"]), person, "down", chosen, comment)

    async def _share(self, body: Body) -> None:
        person, channel = str(body["user"]["id"]), str(body["channel"]["id"])
        sharing = await self._librarian.share(_claim_id(body), channel, person)
        if sharing.answer is None:
            await respond(str(body["response_url"]), render.told(sharing.refusal))
            return
        is_there = False
        try:
            posts = render.shared(sharing.question, sharing.answer, person, render.now())
            await self._surface.post_shared(channel, posts, sharing.key, sharing.since)
            is_there = True
        except ChatUnavailable as error:
            _log.warning("an answer could not be shared: %s", error)
            failed = sentence("slack-share-failed", sharing.answer.language)
            await respond(str(body["response_url"]), render.told(failed))
        finally:
            await self._librarian.shared(_claim_id(body), channel, is_there=is_there)


def _claim_id(body: Body) -> int:
    return int(body["actions"][0]["value"])
