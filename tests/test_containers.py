"""The container files: what they promise, and what the tools for such files say of them."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sysconfig
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
BOT = SERVICES["bot"]


def run_tool(name, *arguments):
    """Run a checker of this environment's."""
    program = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert program, f"{name} isn't installed: make setup-dev"
    done = subprocess.run(
        [program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "aarch64", "arm64"), reason="hadolint isn't built for this processor"
)
def test_hadolint_finds_nothing():
    """The Dockerfile passes its linter."""
    run_tool("hadolint", "Dockerfile")


def test_the_compose_file_is_valid():
    """The compose file passes the Compose Specification's schema."""
    run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def test_the_image_runs_without_rights():
    """Its last stage runs as a numbered account other than root, has a health check, and keeps state in a volume."""
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    (user,) = re.findall(r"^USER (\d+)$", last, re.MULTILINE)
    assert int(user) > 0
    assert f"--uid {user}" in last
    assert "HEALTHCHECK" in last
    assert "/healthz" in last
    assert "VOLUME /data" in last
    assert 'CMD ["saseo", "run"]' in last


def test_every_copied_path_is_there_and_reaches_the_builder():
    """What COPY names exists, and .dockerignore lets it through; models, settings and state are never sent."""
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    copied = [
        path
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for path in line.split()[:-1]
    ]
    assert set(copied) == allowed
    assert all((ROOT / path).exists() for path in copied)
    assert "*" in ignore
    for private in (".env", "data", ".git", "folders.toml", ".venv"):
        assert not any(fnmatch(private, path) for path in allowed)
    assert "scripts/models" in ignore


def test_every_image_is_pinned():
    """No image floats: each has a version."""
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    images += re.findall(r"^ARG \w+_IMAGE=(\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 5
    for image in images:
        assert re.search(r":v?(RELEASE\.)?\d[\w.-]+$", image), image


def test_the_bot_has_the_guides_mounts_and_limits():
    """Models and documents are read-only, state is a volume; 8 CPUs and 16 GB; only this machine sees the figures."""
    assert "./scripts/models:/app/models:ro" in BOT["volumes"]
    assert all(volume.endswith(":ro") or volume == "data:/data" for volume in BOT["volumes"])
    assert BOT["deploy"]["resources"]["limits"] == {"cpus": "8", "memory": "16G"}
    assert all(port.startswith("127.0.0.1:") for port in BOT["ports"])
    grace = int(BOT["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["shutdown_seconds"].default + 8


def test_milvus_is_a_profile_that_the_bot_does_without():
    """Without the profile only the bot starts; with it nothing else is open to other machines."""
    others = {name: service for name, service in SERVICES.items() if name != "bot"}
    assert set(others) == {"milvus", "etcd", "minio"}
    for service in others.values():
        assert service["profiles"] == ["milvus"]
        assert "ports" not in service
        assert service["networks"] == ["store"]
        assert "healthcheck" in service
    assert COMPOSE["networks"]["store"]["internal"]
    assert BOT["depends_on"]["milvus"] == {"condition": "service_healthy", "required": False}


def test_every_setting_of_the_files_exists():
    """A misspelt variable would be passed over in silence."""
    known = {name.upper() for name in Settings.model_fields}
    assert set(BOT["environment"]) <= known
    names = set(re.findall(r"^\s+(?:ENV )?([A-Z][A-Z_]+)=", DOCKERFILE, re.MULTILINE))
    assert {"DATA_DIR", "LLM_MODEL_PATH", "HTTP_HOST", "HTTP_PORT", "LOG_FORMAT"} <= names & known
    assert names - known <= {"PATH", "PYTHONDONTWRITEBYTECODE", "HF_HUB_OFFLINE"}
    assert BOT["environment"]["HTTP_PORT"] == re.search(r"HTTP_PORT=(\d+)", DOCKERFILE)[1]
