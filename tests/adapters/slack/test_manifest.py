"""The manifest asks for what the code uses, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from adapters.slack.adapter import EVENTS, SHORTCUTS, SLASH_COMMANDS
from adapters.slack.tabs import SESSIONS

FOLDER = Path(__file__).parents[3] / "adapters" / "slack"
ROOT = FOLDER.parents[1]
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
# What Slack's pages of the methods and events say that each needs.
OF_METHODS = {
    "auth_test": set(),
    "apps_connections_open": set(),  # the app's own token
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_startStream": {"chat:write"},
    "chat_appendStream": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "conversations_info": {"channels:read", "groups:read", "mpim:read"},
    "conversations_members": {"channels:read", "groups:read", "mpim:read"},
    "conversations_history": HISTORY,
    "conversations_replies": HISTORY,
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "users_conversations": {"channels:read", "groups:read", "mpim:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
    "chat_getPermalink": set(),
}
OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "channel_shared": {"channels:read", "groups:read"},
    "user_change": {"users:read"},
}
OF_FILES = {"files:read"}
OF_COMMANDS = {"commands"}


def manifest() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))


def used_methods() -> set[str]:
    """The Web API's methods that the code names."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    called = set(re.findall(r"\.((?:chat|conversations|users|views|auth|apps)_\w+)\(", source))
    return called | set(re.findall(r'_pages\(\s*"(\w+)"', source))


def test_the_scopes_are_those_that_are_needed() -> None:
    """No scope is missing, and none is asked for in vain."""
    needed = OF_COMMANDS | OF_FILES
    for method in used_methods():
        needed |= OF_METHODS[method]
    for event in manifest()["settings"]["event_subscriptions"]["bot_events"]:
        needed |= OF_EVENTS[event]
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == needed


def test_the_events_are_those_that_are_handled() -> None:
    """Every subscribed event has a listener, which acknowledges it, and every listener an event."""
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == set(EVENTS)


def test_commands_and_menus_are_those_that_are_handled() -> None:
    """What people find in Slack does something."""
    features = manifest()["features"]
    assert tuple(each["command"] for each in features["slash_commands"]) == SLASH_COMMANDS
    assert tuple(each["callback_id"] for each in features["shortcuts"]) == SHORTCUTS


def test_people_can_write_to_the_bot() -> None:
    """Direct messages need the messages tab; buttons and menus need interactivity; and there is a home tab."""
    assert manifest()["features"]["app_home"]["home_tab_enabled"]
    assert manifest()["features"]["app_home"]["messages_tab_enabled"]
    assert not manifest()["features"]["app_home"]["messages_tab_read_only_enabled"]
    assert manifest()["settings"]["interactivity"]["is_enabled"]
    assert manifest()["settings"]["socket_mode_enabled"]


def test_names_fit_slacks_limits() -> None:
    """Slack refuses a manifest whose texts are too long."""
    described = manifest()["display_information"]
    assert len(described["name"]) <= 35
    assert len(described["description"]) <= 140
    for each in manifest()["features"]["shortcuts"]:
        assert len(each["name"]) <= 24
        assert len(each["description"]) <= 150
    for each in manifest()["features"]["slash_commands"]:
        assert len(each["description"]) <= 100


def test_the_pages_of_the_docs_say_what_an_agent_needs_beside() -> None:
    """What only an agent hears of stands in no manifest, as it needs a paid plan, and in both pages."""
    assert not {*SESSIONS} & {*manifest()["settings"]["event_subscriptions"]["bot_events"]}
    for page in ("slack.md", "slack.ko.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert [each for each in (*SESSIONS, "assistant:write") if f"`{each}`" not in text] == []


def test_the_pages_of_the_docs_name_every_scope() -> None:
    """Who has to ask for an approval finds each scope with its reason, in both languages."""
    for page in ("slack.md", "slack.ko.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        missing = [scope for scope in manifest()["oauth_config"]["scopes"]["bot"] if f"`{scope}`" not in text]
        assert missing == []
