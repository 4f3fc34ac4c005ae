"""The scenarios, in Slack."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from adapters.slack.adapter import CAPABILITIES
from tests.adapters.slack.stage import slack_stage
from tests.scenarios.suite import Scenarios


class TestSlack(Scenarios):
    """Every scenario, through slack-bolt and slack_sdk."""

    capabilities = CAPABILITIES
    stage = staticmethod(slack_stage)


class TestSlacksAgent(Scenarios):
    """Every scenario that one person can play, in an agent's direct messages, where answers are streamed."""

    capabilities = replace(CAPABILITIES, channels=False, feedback=False, private_replies=False)
    stage = staticmethod(partial(slack_stage, in_agent=True))
