"""Slack's payloads as messages and commands."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.messages import Message
from adapters.slack.convert import (
    Deleted,
    Edited,
    command_of,
    event_of,
    plain,
    question_of_shortcut,
    split_command,
)
from knowledge.types import parse_scope

BOT = "UBOT"


def body(**event: Any) -> dict[str, Any]:
    """An Events API payload."""
    facts = {
        "type": "message",
        "user": "U1",
        "channel": "C1",
        "ts": "2.0",
        "text": f"<@{BOT}> 연차는?",
        **event,
    }
    return {"team_id": "T9", "authorizations": [{"team_id": "T1", "enterprise_id": None}], "event": facts}


def test_a_mention_is_a_question_in_its_thread() -> None:
    """The mention goes, the thread is the message's own, the team is where the bot is installed."""
    message = event_of(body(), BOT)
    assert isinstance(message, Message)
    assert (message.text, message.thread, message.team, message.kind) == ("연차는?", "2.0", "T1", "mention")


def test_both_deliveries_of_a_mention_have_one_key() -> None:
    """`message` and `app_mention` have different event ids, and are one question."""
    twin = event_of(body(type="app_mention"), BOT)
    message = event_of(body(), BOT)
    assert isinstance(message, Message)
    assert isinstance(twin, Message)
    assert message.key == twin.key


def test_ids_of_an_organisation_are_ids() -> None:
    """In Enterprise Grid people's ids begin with W and the team's may with E: keys and admins go by them as they are."""
    organisation = {"team_id": "T9", "authorizations": [{"team_id": None}], "enterprise_id": "E1"}
    message = event_of({**body(user="W1", text="<@WBOT> 연차는?"), **organisation, "team_id": "E1"}, "WBOT")
    assert isinstance(message, Message)
    assert (message.text, message.kind) == ("연차는?", "mention")
    assert message.key == "slack:E1/C1/2.0"
    assert message.asker == "slack:E1/@W1" == parse_scope(message.asker)


def test_a_direct_message_is_private_and_needs_no_mention() -> None:
    """Only its author sees the answer, and it stands in the channel itself."""
    message = event_of(body(channel="D1", channel_type="im", text="연차는?"), BOT)
    assert isinstance(message, Message)
    assert (message.kind, message.is_private, message.thread) == ("direct", True, "")


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B2", "text": f"<@{BOT}> hello"},
        {"user": BOT},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"text": "no mention"},
        {"text": "<@U2> you?", "thread_ts": "1.0"},
        {"type": "reaction_added"},
        {"subtype": "message_changed", "message": {"user": "U1", "ts": "2.0", "text": f"<@{BOT}> a"}},
        {"channel": ""},
    ],
)
def test_what_is_no_question_is_left_alone(event: dict[str, Any]) -> None:
    """Bots, joins, talk between people, reactions, link previews: nothing to answer."""
    assert event_of(body(**event), BOT) is None


def test_a_thread_without_a_mention_may_be_a_follow_up() -> None:
    """Whether the thread is the librarian's is for the librarian to say."""
    message = event_of(body(text="그럼 신입은?", thread_ts="1.0"), BOT)
    assert isinstance(message, Message)
    assert (message.kind, message.thread) == ("follow_up", "1.0")


def test_an_edit_is_a_newer_revision_of_the_same_message() -> None:
    """The key's message stays, its revision grows."""
    changed = {"user": "U1", "ts": "2.0", "text": f"<@{BOT}> 고침", "edited": {"user": "U1", "ts": "3.0"}}
    edited = event_of(body(subtype="message_changed", message=changed), BOT)
    assert isinstance(edited, Edited)
    assert (edited.message.message, edited.message.revision, edited.message.text) == ("2.0", "3.0", "고침")


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_deleted", "deleted_ts": "2.0"},
        {"subtype": "message_changed", "message": {"subtype": "tombstone", "ts": "2.0", "user": "USLACKBOT"}},
    ],
)
def test_a_deletion_names_its_message(event: dict[str, Any]) -> None:
    """Also of a message that has replies, of which Slack keeps a tombstone."""
    assert event_of(body(**event), BOT) == Deleted("T1", "C1", "2.0")


def test_an_installation_of_a_whole_organisation_has_a_team() -> None:
    """Where no workspace is named, the event's own or the organisation's id is the team."""
    payload = body() | {"authorizations": [{"team_id": None, "enterprise_id": "E1"}]}
    message = event_of(payload, BOT)
    assert isinstance(message, Message)
    assert message.team == "T9"
    assert event_of(payload | {"team_id": None, "enterprise_id": "E1"}, BOT).team == "E1"


@pytest.mark.parametrize(
    ("slack", "typed"),
    [
        (f"<@{BOT}|saseo> a &lt; b &amp; c", "a < b & c"),
        ("<https://a.example|여기> <https://b.example>", "여기 https://b.example"),
        ("<#C1|general> <!here> <!subteam^S1|@team> <@U2>", "#general @here @team @U2"),
        ("<mailto:a@b.example>", "a@b.example"),
    ],
)
def test_text_is_as_it_was_typed(slack: str, typed: str) -> None:
    """Entities, links, channels and groups read as people see them."""
    assert plain(slack, BOT) == typed


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ("help", "")),
        ("  LIST  휴가 규정 ", ("list", "휴가 규정")),
        ("add 제목\n본문\n둘째 줄", ("add", "제목\n본문\n둘째 줄")),
    ],
)
def test_a_command_is_split(typed: str, expected: tuple[str, str]) -> None:
    """The first word is the command, the rest its argument, line breaks kept."""
    assert split_command(typed) == expected


def test_adding_for_the_team_is_said_by_its_first_word() -> None:
    """`add team …` is for everyone, `add …` for the channel."""
    values = {"team_id": "T1", "channel_id": "C1", "user_id": "U1"}
    team = command_of({**values, "text": "add team 공지\n글"}, "ko-KR")
    assert (team.readers, team.argument) == ("team", "공지\n글")
    assert command_of({**values, "text": "add 공지\n글"}, "ko-KR").readers == "place"


def test_a_message_s_menu_asks_privately_about_it() -> None:
    """The message's text is the question, and whoever opened the menu gets the answer."""
    payload = {
        "type": "message_action",
        "team": {"id": "T1"},
        "channel": {"id": "C1"},
        "user": {"id": "U2"},
        "trigger_id": "1.2.3",
        "response_url": "https://hooks.slack.com/app/1",
        "message": {"text": "연차는 며칠이죠?", "user": "U1", "ts": "5.0"},
    }
    message = question_of_shortcut(payload)
    assert (message.text, message.author, message.is_private) == ("연차는 며칠이죠?", "U2", True)
