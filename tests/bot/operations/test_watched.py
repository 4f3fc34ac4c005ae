"""A platform's librarian, measured from outside."""

from __future__ import annotations

import asyncio

from bot.chat.limits import Limits
from bot.operations.metrics import Metrics
from bot.operations.watched import Watched
from knowledge.errors import ChatUnavailable
from tests.bot.operations.test_metrics import STATUS, questions, read
from tests.fakes import a_message
from tests.talk import FakeSurface, a_desk, a_librarian


def test_a_desk_works_as_before_and_is_measured(tmp_path):
    """The first sign of life is timed once, refusals and the platform's troubles are counted."""

    async def scene():
        metrics = Metrics(lambda: STATUS, tmp_path)
        librarian = a_librarian(tmp_path, limits=Limits(per_person=1))
        surface = FakeSurface(failures={"open": [ChatUnavailable(platform="Slack", reason="unreachable")]})
        desk = a_desk(Watched(librarian, metrics), surface)
        assert await desk.receive(a_message())
        await desk.settle()
        assert await desk.receive(a_message(message="2"))
        assert not await desk.receive(a_message())
        await desk.settle()
        assert surface.answers == ["연차는 15일입니다. [1]"]
        assert len(surface.whispers) == 1
        return metrics

    metrics = asyncio.run(scene())
    found = read(metrics)
    assert found["saseo_question_acknowledged_seconds_count", (("platform", "slack"),)] == 1
    assert questions(metrics) == {("slack", "refused"): 1}
    assert found["saseo_platform_errors_total", (("platform", "slack"), ("reason", "unreachable"))] == 1
