"""The measurement of the formats, and what it has to find."""

from __future__ import annotations

import re
import sys

from scripts import bench_formats

FORMATS = ["pdf", "docx", "pptx", "xlsx", "hwp", "hwpx", "hml", "odt", "epub", "ipynb", "eml", "msg"]


def test_every_format_is_read_whole(capsys, monkeypatch) -> None:
    """Of every format all words that went in come out, and every mark's passage says where it is."""
    monkeypatch.setattr(sys, "argv", ["bench_formats.py", "--files", "1"])
    bench_formats.main()
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(":")[0].strip() for line in lines] == FORMATS
    for line in lines:
        assert set(re.findall(r"Saseo (\S+)|sandboxed (\S+)", line)) == {("1.0000", ""), ("", "1.0000")}, line
        for right, marks in re.findall(r"places (\d+)/(\d+)", line):
            assert right == marks, line
