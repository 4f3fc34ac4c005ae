"""The dashboard and the pages for operators name the figures that exist, and all of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bot.operations.metrics import Metrics
from bot.settings import Settings
from knowledge.models.llama.metrics import Metrics as ModelMetrics
from knowledge.pace import Running
from tests.bot.operations.test_metrics import STATUS
from tests.fakes import FakeEngine

ROOT = Path(__file__).resolve().parents[3]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
PAGES = ("operations.md", "operations.ko.md")


@pytest.fixture
def families(tmp_path):
    """Name -> kind of everything that /metrics shows with a local model."""
    status = replace(STATUS, running=Running("reading", 20, 100, 4.0))
    text = (Metrics(lambda: status, tmp_path).text() + ModelMetrics(FakeEngine().status).text()).decode()
    found = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    return {name: kind for name, kind in found.items() if not name.endswith("_created")}


def test_the_dashboard_asks_for_what_there_is(families):
    """Every figure of every query exists; histograms are asked for their buckets; a panel overlaps no other."""
    series = {
        name + suffix
        for name, kind in families.items()
        for suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))
    }
    places = set()
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            named = set(re.findall(r"\b(?:saseo|process)_\w+", target["expr"]))
            assert named
            assert named <= series, panel["title"]
            labels = {
                label
                for group in re.findall(r"by \(([^)]*)\)", target["expr"])
                for label in group.split(", ")
            }
            assert labels <= {"part", "outcome", "platform", "reason", "le"}
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= {
                *("part", "outcome", "platform", "reason", "language", "change")
            }
        spot = panel["gridPos"]
        assert spot["x"] + spot["w"] <= 24
        cells = {
            (x, y)
            for x in range(spot["x"], spot["x"] + spot["w"])
            for y in range(spot["y"], spot["y"] + spot["h"])
        }
        assert not cells & places
        places |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize("page", PAGES)
def test_the_page_explains_each_figure(families, page):
    """None is missing, and none that doesn't exist is named."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    ours = {name for name in families if name.startswith("saseo_")}
    assert set(re.findall(r"\bsaseo_\w+", text)) == ours


@pytest.mark.parametrize("page", PAGES)
def test_the_page_names_settings_and_files_that_exist(page):
    """Settings in capitals, and links to files of the project."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    known = {name.upper() for name in Settings.model_fields}
    settings = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=\w+)?`", text))
    assert settings
    assert settings <= known
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link


def test_the_unit_waits_longer_than_a_stop_takes():
    """A bot that is finishing its answers isn't killed by systemd."""
    unit = (ROOT / "deploy" / "saseo.service").read_text(encoding="utf-8")
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(seconds) > Settings.model_fields["shutdown_seconds"].default + 8


def test_the_unit_outlives_its_models_process():
    """A process that the kernel kills for memory stops the whole unit, unless systemd is told otherwise."""
    unit = (ROOT / "deploy" / "saseo.service").read_text(encoding="utf-8")
    assert "\nOOMPolicy=continue\n" in unit


def test_systemd_understands_the_unit(tmp_path):
    """Its own checker has nothing to say, but that the program isn't installed here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze isn't installed")
    unit = (ROOT / "deploy" / "saseo.service").read_text(encoding="utf-8")
    copy = tmp_path / "saseo.service"
    copy.write_text(unit.replace("/opt/saseo/.venv/bin/saseo", shutil.which("true") or ""), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, timeout=100, check=False
    )
    about_it = [line for line in done.stderr.splitlines() if "saseo.service" in line]
    assert not about_it, about_it
