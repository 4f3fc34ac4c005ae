"""People in Slack."""

from __future__ import annotations

from collections.abc import Callable

from adapters.protocol import Adapter
from knowledge.errors import MissingDependency


def open_slack(
    bot_token: str,
    app_token: str,
    base_url: str,
    *,
    trust_guests: bool,
    on_connected: Callable[[str, str], None],
) -> Adapter:
    """The Slack adapter; see `adapters.slack.adapter.SlackAdapter` for the arguments.

    Raises:
        MissingDependency: slack-bolt or what it needs isn't installed.
    """
    try:
        import aiohttp  # noqa: F401 - tried here, and imported by the modules beside this one
        import cachetools  # noqa: F401
        import slack_bolt  # noqa: F401
    except ImportError as error:
        raise MissingDependency(package="slack-bolt", command="pip install 'saseo[slack]'") from error
    from adapters.slack.adapter import SlackAdapter

    return SlackAdapter(bot_token, app_token, base_url, trust_guests=trust_guests, on_connected=on_connected)
