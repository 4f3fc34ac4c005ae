"""What people do with an answer, and beside asking."""

from __future__ import annotations

import re
from pathlib import Path

from knowledge.catalog import turns
from knowledge.types import Answer, Finished
from tests.fakes import FakeKnowledge
from tests.scenarios.base import QUESTION, SLOW, Base, Slow, answer_of, is_whole, whole
from tests.scenarios.stage import Stage


class Acting(Base):
    """Stopping, editing, deleting, opinions, sharing, commands."""

    def test_the_asker_stops_an_answer(self, tmp_path: Path) -> None:
        """Stopping ends it, and what was written until then stays."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            await _written_so_far(stage, knowledge)
            await stage.click(stage.seen()[0], "stop")
            await stage.until(lambda: "멈췄습니다" in stage.seen()[0].text)
            assert "지금까지" in stage.seen()[0].text

        self.play(tmp_path, scene, needs="stops", knowledge=knowledge)

    def test_nobody_else_stops_an_answer(self, tmp_path: Path) -> None:
        """Somebody who didn't ask hears that they can't, and the answer goes on."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = await _written_so_far(stage, knowledge)
            await stage.click(stage.seen()[0], "stop", person="other")
            await stage.until(lambda: stage.private("other"))
            slow.go.set()
            await stage.until(lambda: "늦은 답" in stage.seen()[0].text)

        self.play(tmp_path, scene, needs="stops channels", knowledge=knowledge)

    def test_an_edited_question_is_answered_again_in_place(self, tmp_path: Path) -> None:
        """The first answer makes way for the second, in the same message."""
        knowledge = FakeKnowledge(answers={"고친 질문입니다": answer_of("고친 답입니다. [1]")})

        async def scene(stage: Stage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.edit(asked, "고친 질문입니다")
            await stage.until(lambda: "고친 답" in stage.seen()[0].text)
            assert len(stage.seen()) == 1

        self.play(tmp_path, scene, needs="edits", knowledge=knowledge)

    def test_a_deleted_question_stops_the_work(self, tmp_path: Path) -> None:
        """The answer that was being made goes with its question."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            asked = await stage.say(SLOW)
            await slow.began.wait()
            await stage.delete(asked)
            await stage.until(lambda: not stage.seen())

        self.play(tmp_path, scene, needs="deletions", knowledge=knowledge)

    def test_feedback_is_kept_with_its_reason(self, tmp_path: Path) -> None:
        """A thumb down asks why, and the reason is kept with question and answer."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            answer = await stage.until(lambda: whole(stage))
            await stage.click(answer, "down", person="other")
            await stage.give_reason("outdated", "작년 규정입니다")
            await stage.click(answer, "up")
            await stage.until(stage.private)
            with stage.process.librarian._memory._catalog.read() as connection:  # type: ignore[attr-defined]
                found = {opinion.verdict: opinion for opinion in turns.opinions(connection)}
            assert found["down"].reason == "outdated"
            assert found["down"].comment == "작년 규정입니다"
            assert found["up"].question == QUESTION

        self.play(tmp_path, scene, needs="feedback")

    def test_an_admin_approves_what_a_person_wrote(self, tmp_path: Path) -> None:
        """What somebody wrote under an answer waits for an admin, who makes a document of it."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            answer = await stage.until(lambda: whole(stage))
            await stage.click(answer, "down", person="other")
            await stage.give_reason("wrong", "16일이 맞습니다")
            await stage.command("approve", person="other")
            await stage.until(lambda: any("관리자만" in seen.text for seen in stage.private("other")))
            await stage.command("approve", person="admin")
            number = await stage.until(
                lambda: [
                    found[1]
                    for seen in stage.private("admin")
                    if (found := re.search(r"(\d+)\W+연차.*16일이 맞습니다", seen.text))
                ]
            )
            await stage.command("approve", number[0], person="admin")
            await stage.until(lambda: any("받아 두었지만" in seen.text for seen in stage.private("admin")))
            (approved,) = (tmp_path / "uploads").glob("*/approved-*.md")
            assert "16일이 맞습니다" in approved.read_text(encoding="utf-8")

        self.play(tmp_path, scene, needs="feedback")

    def test_a_private_answer_is_for_the_asker_and_can_be_shared(self, tmp_path: Path) -> None:
        """`/ask` answers where nobody else sees it; sharing it posts it for everyone."""
        empty = Finished(Answer("문서와 상관없는 답입니다.", "ko", "extractive", ()))
        knowledge = FakeKnowledge(answers={QUESTION: (empty,)})

        async def scene(stage: Stage) -> None:
            await stage.command("ask", QUESTION)
            await stage.until(lambda: stage.private() and "share" in stage.private()[-1].buttons)
            assert stage.seen() == []
            assert stage.private("other") == []
            await stage.click(stage.private()[-1], "share")
            await stage.until(stage.seen)
            assert "상관없는 답" in stage.seen()[0].text

        self.play(tmp_path, scene, needs="private_replies", knowledge=knowledge)

    def test_sharing_whose_acknowledgement_was_lost_posts_once(self, tmp_path: Path) -> None:
        """The post arrived, and nobody heard of it: pressing again finds it, also after a restart."""
        empty = Finished(Answer("문서와 상관없는 답입니다.", "ko", "extractive", ()))
        knowledge = FakeKnowledge(answers={QUESTION: (empty,)})

        async def scene(stage: Stage) -> None:
            await stage.command("ask", QUESTION)
            await stage.until(lambda: stage.private() and "share" in stage.private()[-1].buttons)
            answer = stage.private()[-1]
            stage.lose_next_post()
            await stage.click(answer, "share")
            await stage.until(stage.seen)
            await stage.restart()
            stage.let_minutes_pass()
            for _ in range(2):
                before = len(stage.private())
                await stage.click(answer, "share")
            await stage.until(lambda: len(stage.private()) > before)
            await stage.say("마지막 질문입니다")
            await stage.until(lambda: any(map(is_whole, stage.seen())))
            assert ["상관없는 답" in seen.text for seen in stage.seen()] == [True, False]

        self.play(tmp_path, scene, needs="private_replies", knowledge=knowledge)

    def test_a_private_answer_from_a_document_that_is_gone_isnt_shared(self, tmp_path: Path) -> None:
        """Sharing checks anew whether everyone in the channel may read what the answer stands on."""

        async def scene(stage: Stage) -> None:
            await stage.command("ask", QUESTION)
            await stage.until(lambda: stage.private() and "share" in stage.private()[-1].buttons)
            before = len(stage.private())
            await stage.click(stage.private()[-1], "share")
            await stage.until(lambda: len(stage.private()) > before)
            assert "공유할 수 없습니다" in stage.private()[-1].text
            assert stage.seen() == []

        self.play(tmp_path, scene, needs="private_replies")

    def test_a_file_that_is_added_is_kept(self, tmp_path: Path) -> None:
        """What a person gives with `/docs add` becomes a document, and only they hear of it."""

        async def scene(stage: Stage) -> None:
            await stage.add_file("주차.md", "# 주차\n\n지하 2층입니다.\n".encode())
            await stage.until(
                lambda: any(seen.text and "읽는 중" not in seen.text for seen in stage.private())
            )
            assert stage.seen() == []

        (folder,) = self.play(tmp_path, scene, needs="commands").registered
        (kept,) = folder.path.rglob("*.md")
        assert "지하 2층" in kept.read_text(encoding="utf-8")

    def test_a_command_is_answered_privately(self, tmp_path: Path) -> None:
        """`/docs help` lists the commands, for whoever asks."""

        async def scene(stage: Stage) -> None:
            await stage.command("help")
            await stage.until(stage.private)
            assert "reindex" in stage.private()[0].text
            await stage.command("reindex", person="other")
            await stage.until(lambda: stage.private("other"))
            assert "관리자" in stage.private("other")[-1].text
            assert stage.seen() == []

        self.play(tmp_path, scene, needs="commands")


async def _written_so_far(stage: Stage, knowledge: FakeKnowledge) -> Slow:
    """An answer that is being written, and can be stopped."""
    slow = Slow(knowledge)
    await stage.say(SLOW)
    await slow.began.wait()
    await stage.until(lambda: stage.seen() and "stop" in stage.seen()[0].buttons)
    return slow
