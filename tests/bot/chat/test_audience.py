"""Who will see an answer, and what all of them may read."""

from __future__ import annotations

import asyncio

from adapters.protocol import Person
from bot.chat.audience import audience_of
from tests.fakes import FakeDirectory, a_message

DIRECT = {"channel": "D1", "kind": "direct", "is_private": True, "thread": ""}


def audience(directory: FakeDirectory, **changes):
    found = asyncio.run(audience_of(a_message(**changes), directory))
    return set(found.scopes), found.limit


def test_a_channel_of_members_reads_its_own_the_teams_and_everyones():
    """In a channel of the team, the answer may use the channel's, the team's and everyone's documents, no one's own."""
    assert audience(FakeDirectory()) == ({"everyone", "slack:T1", "slack:T1/C1"}, "")


def test_a_channel_with_outsiders_reads_only_its_own():
    """Where a guest or another company reads along, nothing but the channel's own documents is used."""
    assert audience(FakeDirectory(outsiders={"C1"})) == ({"slack:T1/C1"}, "outsiders")


def test_a_channel_that_cant_be_looked_up_counts_as_one_with_outsiders():
    """Not knowing who reads a channel never widens what is shown there, and the answer says so."""
    assert audience(FakeDirectory(unknown={"has_outsiders"})) == ({"slack:T1/C1"}, "unknown_channel")


def test_a_direct_answer_uses_what_the_asker_may_read():
    """In a direct message the asker's own documents and those of their channels count too, and no other channel's."""
    directory = FakeDirectory(joined={"U1": {"C1", "C7"}, "U2": {"C2"}})
    scopes = {"everyone", "slack:T1", "slack:T1/C1", "slack:T1/C7", "slack:T1/@U1"}
    assert audience(directory, **DIRECT) == (scopes, "")


def test_a_guest_reads_their_channels_and_nothing_of_the_teams():
    """Everyone means members: a guest's direct answer comes from their own and their channels' documents."""
    directory = FakeDirectory(people={"U1": Person("U1", "guest", is_member=False)}, joined={"U1": {"C1"}})
    assert audience(directory, **DIRECT) == ({"slack:T1/C1", "slack:T1/@U1"}, "outsiders")


def test_a_person_who_cant_be_looked_up_reads_only_their_own():
    """An unknown person may be a guest."""
    found = audience(FakeDirectory(unknown={"person"}, joined={"U1": {"C1"}}), **DIRECT)
    assert found == ({"slack:T1/@U1"}, "unknown_person")


def test_channels_that_cant_be_looked_up_leave_the_teams_documents():
    """A known member whose channels can't be listed still gets team-wide answers, and is told."""
    found = audience(FakeDirectory(unknown={"channels_of"}), **DIRECT)
    assert found == ({"everyone", "slack:T1", "slack:T1/@U1"}, "unknown_channels")
