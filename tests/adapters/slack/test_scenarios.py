"""The scenarios, in Slack."""

from __future__ import annotations

from adapters.slack.adapter import CAPABILITIES
from tests.adapters.slack.stage import slack_stage
from tests.scenarios.suite import Scenarios


class TestSlack(Scenarios):
    """Every scenario, through slack-bolt and slack_sdk."""

    capabilities = CAPABILITIES
    stage = staticmethod(slack_stage)
