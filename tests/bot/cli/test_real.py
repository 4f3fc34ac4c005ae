"""The commands with the real knowledge behind them, without an embedding model."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder with two documents beside it, and embeddings off."""
    folder = tmp_path / "문서"
    folder.mkdir()
    (folder / "휴가.md").write_text(
        "# 휴가 규정\n\n## 연차\n\n연차 휴가는 입사 첫해에 열다섯 날이 주어집니다.\n", encoding="utf-8"
    )
    (folder / "vpn.md").write_text(
        "# VPN\n\n## Access\n\nAsk the security team for VPN access by writing to the help desk.\n",
        encoding="utf-8",
    )
    (folder / "그림.bin").write_bytes(b"\0\1\2")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDDINGS_PROVIDER", "none")
    monkeypatch.setenv("ANSWER_THRESHOLD", "0.01")  # refusals have their own tests
    return tmp_path


def run(capsys, *arguments):
    """Exit code and standard output as JSON."""
    code = main([*arguments, "--json", "--lang", "en"])
    return code, json.loads(capsys.readouterr().out)


def test_from_a_folder_to_an_answer(place, capsys):
    """Index, ask in both languages, list, search, rebuild, remove: each reads what the last one wrote."""
    code, report = run(capsys, "index", "문서")
    assert (code, report["added"], report["skipped"], report["failed"]) == (0, 2, 1, 0)
    assert report["problems"][0]["path"].endswith("그림.bin")

    code, answer = run(capsys, "ask", "연차 휴가는 며칠인가요?")
    assert code == 0
    assert answer["mode"] == "extractive"
    assert "열다섯" in answer["answer"]
    assert answer["sources"][0]["uri"] == str(place / "문서" / "휴가.md")
    assert answer["sources"][0]["lines"] == [5, 5]

    _, answer = run(capsys, "ask", "Whom do I ask for VPN access?")
    assert "security team" in answer["answer"]

    _, documents = run(capsys, "docs", "list")
    assert {document["title"] for document in documents} == {"휴가 규정", "VPN"}

    _, found = run(capsys, "search", "연차")
    assert found["candidates"][0]["uri"].endswith("휴가.md")
    assert found["candidates"][0]["dense"] is None

    assert run(capsys, "index")[1]["unchanged"] == 2
    assert run(capsys, "index", "rebuild")[1] == {"documents": 2, "passages": 2}

    code, removed = run(capsys, "docs", "remove", "VPN", "--yes")
    assert (code, removed["removed"]["title"]) == (0, "VPN")
    assert [document["title"] for document in run(capsys, "docs", "list")[1]] == ["휴가 규정"]
    assert run(capsys, "index")[1]["added"] == 0, "what was removed stays away"


def test_questions_through_a_pipe(place):
    """`saseo run` with a pipe answers each line and ends, in a real process."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-m", "bot"]
    subprocess.run([*command, "index", "문서"], env=environment, check=True, capture_output=True)
    done = subprocess.run(
        [*command, "run", "--lang", "ko"],
        env=environment,
        input="연차 휴가는 며칠인가요?\n\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "열다섯" in done.stdout
    assert "문서/휴가.md" in done.stdout
    assert done.stderr == ""


def test_an_evaluation(place, capsys):
    """A corpus through the product's own splitter and index: known-item questions find their documents."""
    corpus = place / "corpus"
    (corpus / "qrels").mkdir(parents=True)
    texts = {
        "d1": "연차 휴가는 열다섯 날입니다.",
        "d2": "The printer is on the second floor.",
        "d3": "점심은 열두 시.",
    }
    lines = [json.dumps({"_id": key, "title": "", "text": text}) for key, text in texts.items()]
    (corpus / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    queries = [{"_id": "q1", "text": "연차는 며칠?"}, {"_id": "q2", "text": "Where is the printer?"}]
    (corpus / "queries.jsonl").write_text("\n".join(json.dumps(query) for query in queries), encoding="utf-8")
    (corpus / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n", encoding="utf-8"
    )
    code, figures = run(capsys, "eval", "--corpus", "corpus")
    assert code == 0
    assert figures["recall@1"] == 1
    assert (figures["queries"], figures["passages"]) == (2, 3)
    assert not (place / "data").exists(), "the person's own index isn't touched"


def test_a_corrupt_catalog_is_told_with_the_way_out(place, capsys):
    """Never a silent empty index: exit code 1 and how to begin again."""
    (place / "data").mkdir()
    (place / "data" / "catalog.sqlite").write_bytes(b"this is no database" * 100)
    assert main(["docs", "list", "--lang", "en"]) == 1
    shown = capsys.readouterr()
    assert "catalog.sqlite" in shown.err
    assert "saseo index" in shown.err
    assert shown.out == ""


def test_nothing_is_known_yet(place, capsys):
    """Before anything is indexed, commands say how to begin; an answer is an honest `not_found`."""
    assert main(["docs", "list", "--lang", "en"]) == 0
    assert "saseo index" in capsys.readouterr().err
    code, answer = run(capsys, "ask", "연차는?")
    assert (code, answer["mode"], answer["sources"]) == (0, "not_found", [])


def test_an_absent_milvus_is_told(place, capsys, monkeypatch):
    """Without its server, what needs no index works, and a question ends in a sentence, not in a crash."""
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        port = unused.getsockname()[1]
    monkeypatch.setenv("VECTOR_STORE", "milvus")
    monkeypatch.setenv("MILVUS_HOST", "127.0.0.1")
    monkeypatch.setenv("MILVUS_PORT", str(port))
    monkeypatch.setenv("MILVUS_TIMEOUT", "1")
    assert main(["docs", "list", "--lang", "en"]) == 0
    capsys.readouterr()
    assert main(["search", "lamp", "--lang", "en"]) == 1
    told = capsys.readouterr().err
    assert f"127.0.0.1:{port}" in told
    assert "MILVUS_HOST" in told


def test_files_are_added_as_copies(place, capsys):
    """A file is kept and answers for its scope, one that can't be read is named, and a newer one takes its place."""
    (place / "점심.md").write_text("# 점심\n\n점심은 열두 시에 먹습니다.\n", encoding="utf-8")
    code, told = run(capsys, "docs", "add", "점심.md", "문서/그림.bin", "없음.md", "--scope", "slack:T1/C1")
    assert code == 1
    assert [(each["title"], each["scope"]) for each in told["added"]] == [("점심", "slack:T1/C1")]
    assert set(told["refused"]) == {"문서/그림.bin", "없음.md"}
    (place / "점심.md").write_text("# 점심\n\n점심은 한 시에 먹습니다.\n", encoding="utf-8")
    assert run(capsys, "docs", "add", "점심.md", "--scope", "slack:T1/C1")[0] == 0
    (place / "점심.md").unlink()
    run(capsys, "index", "문서")
    _, shown = run(capsys, "docs", "show", "점심")
    assert "한 시" in shown["passages"][0]["text"]
