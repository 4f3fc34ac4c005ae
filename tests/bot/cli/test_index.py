"""`saseo index`."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace

import pytest

from bot.cli.progress import stoppable
from bot.cli.session import Session
from bot.freshness.figures import clock
from knowledge.errors import RemovalWithheld, Unreadable


def a_report(**changes):
    """What a run did."""
    values = dict.fromkeys(("added", "changed", "moved", "removed", "unchanged", "skipped", "failed"), 0)
    return SimpleNamespace(**(values | {"seconds": 1.23456, "problems": (), "withheld": ()} | changes))


def a_problem(name, error):
    """Something that couldn't be read."""
    return SimpleNamespace(uri=f"/docs/{name}", error=error)


@pytest.fixture
def folder(tmp_path):
    """A folder to index."""
    path = tmp_path / "문서"
    path.mkdir()
    return path


def test_a_folder_is_registered_and_indexed(saseo, knowledge, folder):
    """Named folders are remembered with their scope; only they are refreshed; the counts are shown."""
    knowledge.report = a_report(added=3, skipped=1)
    result = saseo("index", "문서", "--scope", "slack:T1", "--lang", "ko")
    assert result.code == 0
    [registered] = knowledge.registered
    assert str(registered.path) == str(folder)
    assert registered.scope == "slack:T1"
    [refreshed] = knowledge.refreshed
    assert refreshed["folders"] == [registered]
    assert "추가" in result.out
    assert saseo.modes == ["write"]


def test_the_json_is_a_contract(saseo, knowledge, folder):
    """Exactly these keys, and nothing but JSON."""
    knowledge.report = a_report(
        added=1,
        failed=1,
        problems=(a_problem("깨짐.md", Unreadable(reason="binary")),),
        withheld=(a_problem("x", RemovalWithheld(path="/docs/x", reason="gone", missing=2, known=2)),),
    )
    result = saseo("index", folder, "--json", "--lang", "en")
    assert list(result.json) == [
        "added",
        "changed",
        "moved",
        "removed",
        "unchanged",
        "skipped",
        "failed",
        "seconds",
        "problems",
    ]
    assert result.json["seconds"] == 1.235
    assert [problem["path"] for problem in result.json["problems"]] == ["/docs/x", "/docs/깨짐.md"]
    assert "isn't text" in result.json["problems"][1]["reason"]
    assert [problem["partly"] for problem in result.json["problems"]] == [False, False]
    assert result.err == ""


def test_without_any_folder_it_says_what_to_do(saseo, knowledge):
    """Nothing named and nothing known is exit code 1 with a sentence."""
    result = saseo("index", "--lang", "ko")
    assert result.code == 1
    assert "saseo index" in result.err
    assert knowledge.refreshed == []
    assert saseo("index", "--json").json["error"]["kind"] == "index-no-folder"


def test_known_folders_are_refreshed(saseo, knowledge):
    """Without arguments, all that is known is brought up to date."""
    knowledge.registered = ["known"]
    knowledge.report = a_report(unchanged=5)
    assert saseo("index").code == 0
    assert knowledge.refreshed[0]["folders"] is None


def test_a_wrong_folder_is_told_before_anything_is_remembered(saseo, knowledge, folder):
    """A folder that isn't there, or a file, is exit code 1; nothing is registered."""
    (folder / "a.md").write_text("x", encoding="utf-8")
    for wrong in ("없음", folder / "a.md"):
        result = saseo("index", folder, wrong, "--lang", "en")
        assert result.code == 1
        assert str(wrong) in result.err
    assert knowledge.registered == []


def test_problems_are_listed_with_their_reasons(saseo, knowledge, folder):
    """The first 20, and how many more; all with --verbose; withheld folders on standard error."""
    problems = tuple(a_problem(f"{n}.hwp", Unreadable(reason="unsupported")) for n in range(25))
    knowledge.report = a_report(skipped=25, problems=problems)
    short = saseo("index", folder, "--lang", "en").out
    assert "/docs/19.hwp" in short
    assert "/docs/20.hwp" not in short
    assert "5 more" in short
    assert "/docs/24.hwp" in saseo("index", folder, "--verbose").out


def test_missing_files_can_be_forgotten_on_purpose(saseo, knowledge, folder):
    """--forget-missing believes that what is gone was removed."""
    knowledge.report = a_report()
    saseo("index", folder)
    saseo("index", folder, "--forget-missing")
    assert [run["believe_removals"] for run in knowledge.refreshed] == [False, True]


def test_rebuild_is_a_word_and_a_folder_of_that_name_a_path(saseo, knowledge, tmp_path):
    """`index rebuild` makes the index anew; `index ./rebuild` is a folder."""
    (tmp_path / "rebuild").mkdir()
    knowledge.report = a_report()
    assert "2" in saseo("index", "rebuild", "--lang", "en").out
    assert knowledge.refreshed == [{"rebuild": True}]
    saseo("index", "./rebuild")
    assert str(knowledge.registered[0].path) == str(tmp_path / "rebuild")


def test_plain_progress_lines_go_beside_the_result(saseo, knowledge, folder):
    """Without a terminal, a line for each stage and one every ten seconds; a stage that goes on keeps its rate."""

    def refresh(folders, *, progress, stopped, believe_removals):
        for stage, done, total, seconds in [
            ("scanning", 0, 0, 0.0),
            ("reading", 1, 100, 1.0),
            ("reading", 50, 100, 6.0),
            ("indexing", 0, 40, 7.0),
            ("reading", 100, 100, 18.0),
        ]:
            progress(SimpleNamespace(stage=stage, done=done, total=total, item="가.md", seconds=seconds))
        return a_report(added=100)

    knowledge.refresh = refresh
    result = saseo("index", folder, "--lang", "en")
    assert [line for line in result.err.splitlines() if line] == [
        "Looking: 0",
        "Reading: 1/100",
        "Indexing: 0/40",
        "Reading: 100/100 · 5.9/s",
    ]


def test_ctrl_c_stops_after_the_document_at_hand(saseo, knowledge, folder):
    """The first Ctrl-C asks the run to stop; its report is shown; the exit code is 130."""

    def refresh(folders, *, progress, stopped, believe_removals):
        assert not stopped()
        os.kill(os.getpid(), signal.SIGINT)
        assert stopped()
        return a_report(added=1)

    knowledge.refresh = refresh
    result = saseo("index", folder, "--lang", "en")
    assert result.code == 130
    assert "added" in result.out
    assert "what is done stays" in result.err


def test_a_second_ctrl_c_stops_at_once(capsys):
    """And afterwards Ctrl-C means what it meant before."""
    from bot.cli.screen import consoles

    before = signal.getsignal(signal.SIGINT)
    session = Session("en", *consoles())
    with stoppable(session):
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (7.4, "0:07"), (750, "12:30"), (3723, "1:02:03")]
)
def test_times(seconds, shown):
    """Minutes and seconds, hours where there are any."""
    assert clock(seconds) == shown
