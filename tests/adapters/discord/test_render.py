"""Answers as messages."""

from __future__ import annotations

from datetime import UTC, datetime

import discord
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import PERMISSIONS, Connected, render
from adapters.discord.markup import length
from adapters.view import View
from knowledge.messages import text
from knowledge.types import Answer, Failed, Finished, Found
from tests.adapters.discord.test_markup import ALIVE, outside_code, texts
from tests.fakes import a_source

NOW = datetime(2026, 11, 3, tzinfo=UTC)

sources = st.lists(
    st.builds(
        a_source,
        st.integers(1, 99),
        title=texts,
        section=texts,
        uri=st.one_of(
            texts, st.just("https://wiki.example/a_(b)?c=1"), st.just("https://wiki.example/leave")
        ),
        excerpt=texts,
    ),
    max_size=12,
).map(tuple)


@settings(deadline=None, max_examples=60)
@given(
    texts,
    sources,
    st.sampled_from(["model", "extractive", "not_found", "stopped"]),
    st.lists(texts, max_size=3),
)
def test_no_message_is_too_long_or_alive(answered, cited, mode, notices) -> None:
    """Whatever answer, sources and notices hold, each message fits and only a source's own page is a link."""
    answer = Answer(answered, "ko", mode, cited)
    view = View("ko", notices=tuple(notices)).after(Found(cited))
    posts = [
        render.running(view, 1, "9"),
        *render.finished(view.after(Finished(answer)), 1, "9", NOW, can_share=True),
        *render.shared(answered, answer, "<@1>", NOW),
        *render.finished(view.after(Failed(answered, "ab12")), 1, "9", NOW, can_share=False),
    ]
    pages = {source.uri for source in cited}
    for post in posts:
        assert 0 < length(post.content) <= 2000
        shown = post.content
        for page in pages:
            shown = shown.replace(f"](<{page}>)", "]")
        assert not ALIVE.search(outside_code(shown)), shown
        assert all(len(button.custom_id) <= 100 for button in post.buttons)


def test_a_source_that_is_a_page_is_a_link() -> None:
    """Its title leads there, without a preview; a file is named by its folder and name."""
    cited = (a_source(1, uri="https://wiki.example/leave"), a_source(2))
    view = View("ko").after(Finished(Answer("15일입니다. [1]", "ko", "model", cited)))
    (post,) = render.finished(view, 7, "", NOW, can_share=False)
    assert "[문서 1 › 연차](<https://wiki.example/leave>)" in post.content
    assert "docs/문서1.md" in post.content
    assert [button.custom_id for button in post.buttons] == ["saseo:up:7", "saseo:down:7"]


def test_a_button_says_what_its_talk_began_with() -> None:
    """So a reply to an answer belongs to the talk, also after a restart."""
    button = render.Button("up", 7, "👍", "123456789012345678")
    assert render.root_of(["other", button.custom_id]) == "123456789012345678"
    assert render.root_of(["saseo:up:7"]) == ""


def test_the_invitation_asks_for_no_more_than_is_needed() -> None:
    """The number of the docs is what the code says."""
    wanted = discord.Permissions(
        view_channel=True, send_messages=True, send_messages_in_threads=True, read_message_history=True
    )
    assert wanted.value == PERMISSIONS
    invitation = Connected("saseo", (), reads_all=False, application=42).invitation
    assert invitation.endswith("client_id=42&scope=bot+applications.commands&permissions=274877975552")


def test_english_names_are_those_of_the_code() -> None:
    """A command's name in the code is its English name in the catalogue of messages."""
    for name in (
        "ask",
        "docs",
        "list",
        "show",
        "add",
        "remove",
        "status",
        "reindex",
        "followups",
        "question",
    ):
        assert text(f"discord-name-{name}", "en") == name
