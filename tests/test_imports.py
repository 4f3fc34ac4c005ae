"""Which way the doors open: bot -> adapters -> knowledge; a library in one place; settings in bot/ only."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "adapters", "knowledge")

# Package -> the project's own packages that it may import.
DIRECTION = {
    "bot": {"bot", "adapters", "knowledge"},
    "adapters": {"adapters", "knowledge"},
    "knowledge": {"knowledge"},
}
OWN = {*PACKAGES, "scripts", "tests"}

# Library -> the only file or folder (ending with /) that may import it, or the only ones.
HOMES = {
    "alembic": "knowledge/catalog/",
    "apscheduler": "bot/freshness/schedule.py",
    "discord": "adapters/discord/",
    "dotenv": "bot/",
    "faiss": "knowledge/index/segments.py",
    "httpx2": ("knowledge/hub/", "knowledge/models/connection.py", "knowledge/sources/web/"),
    "huggingface_hub": "knowledge/hub/",
    "kiwipiepy": "knowledge/language/",
    "langchain_core": "knowledge/langchain.py",
    "llama_cpp": "knowledge/models/llama/",
    "olefile": "knowledge/parsing/mail.py",
    "openai": "knowledge/models/connection.py",
    "protego": "knowledge/sources/web/robots.py",
    "prometheus_client": ("bot/operations/", "knowledge/models/llama/"),
    "pydantic_settings": "bot/",
    "psycopg": "knowledge/catalog/",
    "pymilvus": "knowledge/index/milvus/",
    "pypdfium2": "knowledge/parsing/pdf.py",
    "python_calamine": "knowledge/parsing/sheets.py",
    "sentence_transformers": "knowledge/embedding/",
    "slack_bolt": "adapters/slack/",
    "slack_sdk": "adapters/slack/",
    "sqlalchemy": "knowledge/catalog/",
    "starlette": ("bot/operations/", "knowledge/models/llama/"),
    "striprtf": "knowledge/parsing/rtf.py",
    "Stemmer": "knowledge/language/",
    "tantivy": "knowledge/index/lexical.py",
    "torch": "knowledge/embedding/",
    "transformers": "knowledge/embedding/",
    "unhwp": "knowledge/parsing/hwp.py",
    "uvicorn": ("bot/operations/", "knowledge/models/llama/"),
    "watchfiles": "bot/freshness/watching.py",
}
# Reading the environment, however it is spelt.
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
ENVIRONMENT_HOME = "bot/"


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, also inside functions and through `import_module("...")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, level=0):
                yield node.lineno, module or ""
            case ast.ImportFrom():
                yield node.lineno, "."
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name
            case _:
                pass


def environment_reads(tree: ast.AST) -> Iterator[int]:
    """Lines that read the environment: `os.environ`, `os.getenv`, or a name imported from os."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in ENVIRONMENT:
                yield node.lineno
            case ast.ImportFrom(module="os", names=names) if any(
                alias.name in ENVIRONMENT for alias in names
            ):
                yield node.lineno
            case _:
                pass


def violations(path: str, source: str) -> list[str]:
    """What `source`, lying at `path` (from the root, with slashes), imports or reads that it may not."""
    tree = ast.parse(source)
    package = path.partition("/")[0]
    found = []
    for line, name in imports(tree):
        top = name.partition(".")[0]
        if name == ".":
            found.append(f"{path}:{line}: a relative import; name the package")
        elif top in OWN and top not in DIRECTION[package]:
            found.append(f"{path}:{line}: {package}/ may not import {top}")
        elif top in HOMES and not path.startswith(HOMES[top]):
            found.append(f"{path}:{line}: {top} is imported in {HOMES[top]} only")
    if not path.startswith(ENVIRONMENT_HOME):
        found += [
            f"{path}:{line}: only {ENVIRONMENT_HOME} reads the environment"
            for line in environment_reads(tree)
        ]
    return found


def sources(folder: str) -> Iterator[tuple[str, str]]:
    """Path from the root and text of every module under `folder`."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("package", PACKAGES)
def test_direction(package: str) -> None:
    """No module of the package imports what it may not, or reads the environment outside bot/."""
    found = [violation for path, source in sources(package) for violation in violations(path, source)]
    assert not found, "\n" + "\n".join(found)


def spelt(name: str) -> str:
    """A distribution's name in the spelling that makes two of them comparable."""
    return name.lower().replace("_", "-")


def test_what_is_imported_is_declared() -> None:
    """Every library that the packages import stands in pyproject.toml, not only as another's dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = (project["dependencies"], *project["optional-dependencies"].values())
    declared = {spelt(re.split(r"[^\w.-]", line)[0]) for group in groups for line in group}
    # An import may have another name than its distribution (Stemmer: PyStemmer). What isn't here passes.
    owners = importlib.metadata.packages_distributions()
    found = []
    for path, source in (module for package in PACKAGES for module in sources(package)):
        for line, name in imports(ast.parse(source)):
            top = name.partition(".")[0]
            if top in owners and top not in OWN and not declared & {spelt(owner) for owner in owners[top]}:
                found.append(f"{path}:{line}: {top}")
    assert not found, "\n" + "\n".join(found)


def test_provisioning_needs_nothing_installed() -> None:
    """The set-up imports the standard library and itself only (the trial run of llama.cpp excepted)."""
    allowed = sys.stdlib_module_names | {"scripts"}
    found = [
        f"{path}:{line}: {name}"
        for path, source in sources("scripts/provision")
        for line, name in imports(ast.parse(source))
        if name.partition(".")[0] not in allowed
        and (path, name) != ("scripts/provision/smoke.py", "llama_cpp")
    ]
    for program in ("scripts/setup.py", "scripts/build_llama.py"):
        tree = ast.parse((ROOT / program).read_text(encoding="utf-8"))
        found += [
            f"{program}:{line}: {name}"
            for line, name in imports(tree)
            if name.partition(".")[0] not in allowed
        ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("knowledge/service.py", "from bot.settings import Settings"),
        ("knowledge/service.py", "import adapters.console"),
        ("adapters/slack/adapter.py", "def f():\n    from bot import app"),
        ("knowledge/service.py", "from tests import fakes"),
        ("bot/app.py", "import scripts.setup"),
        ("bot/app.py", "import faiss"),
        ("knowledge/index/embedded.py", "if True:\n    import tantivy"),
        ("knowledge/service.py", "from sqlalchemy.engine import Engine"),
        ("adapters/discord/convert.py", "import slack_sdk.web"),
        ("knowledge/service.py", "import importlib\nimportlib.import_module('torch.nn')"),
        ("knowledge/service.py", "__import__('llama_cpp')"),
        ("knowledge/service.py", "from .errors import SaseoError"),
        ("knowledge/service.py", "import os\nos.environ['HOME']"),
        ("adapters/console/theme.py", "import os\nos.getenv('HOME')"),
        ("adapters/console/theme.py", "from os import environ"),
        ("knowledge/service.py", "from pydantic_settings import BaseSettings"),
    ],
)
def test_checker_catches(path: str, source: str) -> None:
    """Each kind of violation is found, once."""
    assert len(violations(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bot/app.py", "from adapters.console import adapter\nfrom knowledge.service import Knowledge"),
        ("adapters/slack/adapter.py", "import slack_bolt\nfrom knowledge.types import Question"),
        ("knowledge/index/segments.py", "def f():\n    import faiss"),
        ("knowledge/catalog/store.py", "import sqlalchemy as sa"),
        (
            "bot/settings/model.py",
            "import os\nfrom pydantic_settings import BaseSettings\nos.environ.get('X')",
        ),
        ("knowledge/service.py", "import numpy\nimport os\nos.path.join('a', 'b')"),
        ("knowledge/service.py", "# import faiss\nTEXT = 'import faiss'"),
    ],
)
def test_checker_lets_pass(path: str, source: str) -> None:
    """What the rules allow isn't reported."""
    assert violations(path, source) == []
