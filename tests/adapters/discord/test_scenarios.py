"""The scenarios, in Discord."""

from __future__ import annotations

from adapters.discord.adapter import CAPABILITIES
from tests.adapters.discord.stage import discord_stage
from tests.scenarios.suite import Scenarios


class TestDiscord(Scenarios):
    """Every scenario, through discord.py."""

    capabilities = CAPABILITIES
    stage = staticmethod(discord_stage)
