"""What the operator wrote: the settings' file, the tokens."""

from __future__ import annotations

from collections.abc import Iterator

from bot.doctor.check import Check
from bot.settings import Loaded, Settings


def env_file(loaded: Loaded) -> Iterator[Check]:
    """Where the settings were read, and what in there is none."""
    path = str(loaded.env_file or "")
    if not path:
        yield Check("settings", "ok", "doctor-no-env-file", parameters={"folder": str(loaded.base)})
        return
    for wrong in loaded.misspelt:
        facts = {"path": path, "line": str(wrong.line), "name": wrong.name, "meant": wrong.meant}
        yield Check("settings", "warn", "env-did-you-mean", parameters=facts)
    for line in loaded.unreadable_lines:
        yield Check("settings", "warn", "env-unreadable-line", parameters={"path": path, "line": str(line)})
    if not loaded.misspelt and not loaded.unreadable_lines:
        yield Check("settings", "ok", "doctor-env-file", parameters={"path": path})


def tokens(settings: Settings) -> Iterator[Check]:
    """The chat platforms that can be reached with them."""
    bot = bool(settings.slack_bot_token.get_secret_value())
    app = bool(settings.slack_app_token.get_secret_value()) or settings.slack_over_http
    discord = bool(settings.discord_bot_token.get_secret_value())
    if bot != app:
        missing = "SLACK_APP_TOKEN" if bot else "SLACK_BOT_TOKEN"
        yield Check("tokens", "fail", "doctor-token-missing", "doctor-token-set", {"missing": missing})
    platforms = [name for name, present in (("Slack", bot and app), ("Discord", discord)) if present]
    if platforms:
        yield Check("tokens", "ok", "doctor-platforms", parameters={"platforms": ", ".join(platforms)})
    elif bot == app:
        yield Check("tokens", "ok", "doctor-no-tokens")
