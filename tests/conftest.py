"""What every test runs under: no network but loopback, no hub, and none of the person's own settings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from bot.settings import Settings
from knowledge.catalog import Catalog
from knowledge.storage import make_private
from tests import postgres_server
from tests.network_guard import guard

# A busy machine is no failure. `--hypothesis-profile exploring` tries other examples each time.
_SLOW = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("repeatable", derandomize=True, **_SLOW)
hypothesis.settings.register_profile("exploring", max_examples=1_000, **_SLOW)
hypothesis.settings.load_profile("repeatable")

_LOCALE = {"LC_ALL", "LC_MESSAGES", "LANGUAGE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"}

# Before any test module is imported, as some libraries read their variables at import.
_names = _LOCALE | {name.upper() for name in Settings.model_fields}
for _name in [name for name in os.environ if name.upper() in _names]:
    del os.environ[_name]
for _name in [name for name in os.environ if name.upper().endswith("_PROXY")]:
    del os.environ[_name]
os.environ["LANG"] = "C.UTF-8"
os.environ["HF_HUB_OFFLINE"] = "1"

# Each process that runs tests (pytest-xdist has several) keeps a record of its own, with its children.
_folder = tempfile.TemporaryDirectory(prefix="saseo-network-")
_log = Path(_folder.name) / "attempts"
os.environ[guard.LOG_VARIABLE] = str(_log)
_path = [str(Path(guard.__file__).parent), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(_path))
guard.install()


def _fail_on_attempts() -> None:
    found = guard.attempts(_log)
    _log.unlink(missing_ok=True)
    if found:
        pytest.fail("This test reached for another machine:\n" + "\n".join(found), pytrace=False)


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    """Fail a test that tried to connect elsewhere, even if the code under test swallowed the refusal."""
    yield
    _fail_on_attempts()


@pytest.fixture(autouse=True, scope="session")
def _stay_on_this_machine_to_the_end() -> Iterator[None]:
    """The same for what happens between the tests and after them."""
    yield
    _fail_on_attempts()


@pytest.fixture
def network_log() -> Path:
    """Where attempts are written down; a test that makes one on purpose empties it."""
    return _log


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.PostgresServer]:
    """A PostgreSQL server, one for all tests of a process; skips where none can be run."""
    if reason := postgres_server.why_not():
        pytest.skip(reason)
    server = postgres_server.PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_catalog(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test once with each folder's catalog in a file, and once with it at a server."""
    if request.param == "sqlite":
        return
    server: postgres_server.PostgresServer = request.getfixturevalue("postgres")
    urls: dict[Path, str] = {}

    def at_the_server(folder: Path) -> Catalog:
        make_private(folder)
        place = folder.resolve()
        if place not in urls:
            urls[place] = server.url()
        return Catalog(urls[place])

    monkeypatch.setattr(Catalog, "in_folder", at_the_server)
