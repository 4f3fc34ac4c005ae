"""What is seen of an answer, and what must never be."""

from __future__ import annotations

import asyncio
from pathlib import Path

from knowledge.messages import text
from knowledge.types import Answer, Finished, Replaced, Status, Token
from tests.fakes import FakeKnowledge, a_source
from tests.scenarios.base import QUESTION, SLOW, Base, Slow, answer_of, is_whole
from tests.scenarios.stage import Stage


class Showing(Base):
    """From the first sign of life to the last of many messages."""

    def test_what_is_found_is_seen_before_the_first_word(self, tmp_path: Path) -> None:
        """The titles of the sources are there before the answer's words, and those before the answer is."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            slow.words.clear()
            await stage.say(SLOW)
            await stage.until(lambda: stage.seen() and "문서 1" in stage.seen()[0].text)
            slow.words.set()
            await stage.until(lambda: "지금까지" in stage.seen()[0].text)
            assert "늦은 답" not in stage.seen()[0].text
            slow.go.set()
            await stage.until(lambda: "문서 1 › 연차" in stage.seen()[0].text)
            assert "stop" not in stage.seen()[0].buttons

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_the_place_in_the_queue_is_seen_with_the_time_left(self, tmp_path: Path) -> None:
        """Who waits for others sees how many they are and how long it will take, until it is their turn."""
        go = asyncio.Event()
        finished = Finished(Answer("늦은 답입니다. [1]", "ko", "model", (a_source(),)))
        steps = (Status("queued", 3, 40.0), go.wait, finished)
        knowledge = FakeKnowledge(answers={QUESTION: steps})  # type: ignore[dict-item]

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            said = text("stage-queued-seconds", "ko", position=3, seconds=40)
            await stage.until(lambda: stage.seen() and said in stage.seen()[0].text)
            go.set()
            await stage.until(lambda: "늦은 답" in stage.seen()[0].text)
            assert said not in stage.seen()[0].text

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_what_the_documents_dont_say_is_said_with_the_nearest(self, tmp_path: Path) -> None:
        """Not found is an answer: it says so, and shows the nearest documents with what they say."""
        answer = Finished(Answer("문서에는 그 내용이 없습니다.", "ko", "not_found", (a_source(),)))
        knowledge = FakeKnowledge(answers={QUESTION: (answer,)})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: stage.seen() and "가장 가까운 문서" in stage.seen()[0].text)
            shown = stage.seen()[0].text
            assert "문서에는 그 내용이 없습니다." in shown
            assert "연차는 15일입니다." in shown

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_it_speaks_the_language_of_the_question(self, tmp_path: Path) -> None:
        """What stands around an English answer is English, and around the next, a Korean one, Korean."""
        asked = "How many days of leave?"
        answer = Finished(Answer("You get 15 days. [1]", "en", "extractive", (a_source(),)))
        knowledge = FakeKnowledge(answers={asked: (answer,)})

        async def scene(stage: Stage) -> None:
            await stage.say(asked)
            await stage.until(lambda: stage.seen() and "no language model wrote this" in stage.seen()[0].text)
            assert "Sources" in stage.seen()[0].text
            assert "출처" not in stage.seen()[0].text
            await stage.say(QUESTION)
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))
            assert "출처" in stage.seen()[1].text

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
            "@here @everyone <!channel> <@U2> <https://evil.example|click> [여기](https://evil.example) "
            "\x1b]8;;https://evil.example\x1b\\여기\x1b]8;;\x1b\\ \x1b[2J [1]"
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
