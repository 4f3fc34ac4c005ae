"""What is seen of an answer, and what must never be."""

from __future__ import annotations

from pathlib import Path

from knowledge.types import Answer, Finished, Replaced, Token
from tests.fakes import FakeKnowledge, a_source
from tests.scenarios.base import QUESTION, SLOW, Base, Slow, answer_of
from tests.scenarios.stage import Stage


class Showing(Base):
    """From the first sign of life to the last of many messages."""

    def test_what_is_found_is_seen_while_the_answer_is_made(self, tmp_path: Path) -> None:
        """The titles of the sources and the first words are there before the answer is."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            await stage.say(SLOW)
            await stage.until(lambda: stage.seen() and "지금까지" in stage.seen()[0].text)
            assert "문서 1" in stage.seen()[0].text
            slow.go.set()
            await stage.until(lambda: "늦은 답" in stage.seen()[0].text)
            assert "지금까지" not in stage.seen()[0].text

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_what_was_withdrawn_is_gone(self, tmp_path: Path) -> None:
        """A replaced text stands nowhere in the answer."""
        finished = Finished(Answer("옳은 답입니다. [1]", "ko", "model", (a_source(),)))
        events = (Token("그른 답"), Replaced("옳은", "regenerated"), finished)
        knowledge = FakeKnowledge(answers={QUESTION: events})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: stage.seen() and "옳은 답입니다" in stage.seen()[0].text)
            assert "그른" not in stage.seen()[0].text

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_no_document_pings_anyone_or_hides_a_link(self, tmp_path: Path) -> None:
        """Whatever an answer quotes, nobody is notified and nothing can be clicked that isn't a source."""
        evil = (
            "@here @everyone <!channel> <@U2> <https://evil.example|click> [여기](https://evil.example) [1]"
        )
        knowledge = FakeKnowledge(answers={QUESTION: answer_of(evil)})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: stage.seen() and "evil.example" in stage.seen()[0].text)
            assert stage.alive() == []  # type: ignore[attr-defined]

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_a_long_answer_is_whole(self, tmp_path: Path) -> None:
        """An answer beyond every limit arrives whole, in order, in as many messages as it takes."""
        lines = [f"{number}번째 줄입니다." for number in range(2500)]
        knowledge = FakeKnowledge(answers={QUESTION: answer_of("\n".join(lines))})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(
                lambda: (
                    lines[-1] in "".join(seen.text for seen in stage.seen()[-1:])
                    and not any("stop" in seen.buttons for seen in stage.seen())
                )
            )
            shown = "\n".join(seen.text for seen in stage.seen())
            places = [shown.find(line) for line in lines]
            assert -1 not in places
            assert places == sorted(places)

        self.play(tmp_path, scene, knowledge=knowledge)
