"""People in Slack."""

from __future__ import annotations

from collections.abc import Callable

from adapters.door import Door
from adapters.protocol import Adapter
from knowledge.errors import MissingDependency

PATH = "/slack/events"
"""Where Slack's requests are expected over HTTP."""


def open_slack(
    bot_token: str,
    app_token: str,
    base_url: str,
    *,
    trust_guests: bool,
    answer_bots: bool,
    on_connected: Callable[[str, str], None],
    door: Door | None = None,
    signing_secret: str = "",
) -> Adapter:
    """The Slack adapter; see `adapters.slack.adapter.SlackAdapter` for the arguments.

    With a `door`, Slack's requests come in there, signed with `signing_secret`; without, over Socket Mode.

    Raises:
        MissingDependency: slack-bolt or what it needs isn't installed.
    """
    try:
        import aiohttp  # noqa: F401 - tried here, and imported by the modules beside this one
        import cachetools  # noqa: F401
        import slack_bolt  # noqa: F401
    except ImportError as error:
        raise MissingDependency(package="slack-bolt", command="pip install 'saseo[slack]'") from error
    from adapters.slack.adapter import Options, SlackAdapter
    from adapters.slack.connections import HttpConnection, SocketConnection

    way_in = SocketConnection(app_token, base_url) if door is None else HttpConnection(door, signing_secret)
    options = Options(trust_guests=trust_guests, answer_bots=answer_bots)
    return SlackAdapter(bot_token, way_in, base_url, options, on_connected=on_connected)
