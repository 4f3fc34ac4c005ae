"""The scenarios, at a terminal."""

from __future__ import annotations

from adapters.console.adapter import CAPABILITIES
from tests.adapters.console.stage import console_stage
from tests.scenarios.suite import Scenarios


class TestConsole(Scenarios):
    """Every scenario that the console declares to be able to do, through the conversation itself."""

    capabilities = CAPABILITIES
    stage = staticmethod(console_stage)
