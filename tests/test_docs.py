"""What the documentation says can be done, can be done."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest
import typer
from pydantic import ValidationError

from bot.cli.arguments import hoist
from bot.cli.commands import application
from bot.cli.help import USAGE_ERROR
from bot.opening import open_knowledge
from bot.settings import Settings, load_settings
from tests.docs import (
    ROOT,
    anchors,
    blocks,
    code,
    commands,
    given,
    in_both_languages,
    korean_of,
    links,
    pages,
    settings,
)
from tests.gguf_models import scripted
from tests.http_server import served
from tests.knowledge.models.fake_server import ANSWER, FakeServer
from tests.librarian import fill


@pytest.mark.parametrize("page", ["langchain.md", "langchain.ko.md"])
def test_the_langchain_example_runs(page, tmp_path, monkeypatch, capsys):
    """As it stands, in the folder of an .env, with a local server in the place of the model."""
    (example,) = [block.text for block in blocks(ROOT / "docs" / page) if block.language == "python"]
    fill(
        tmp_path / "handbook",
        {"travel.md": "# Travel\n\nThe hotel limit for Tokyo is 25,000 yen. 연차는 15일.\n"},
    )
    server = FakeServer()
    with served(server.application()) as address:
        (tmp_path / ".env").write_text(
            f"SHARED_FOLDERS=handbook\nEMBEDDINGS_PROVIDER=none\nLLM_PROVIDER=openai\nLLM_BASE_URL={address}/v1\n"
            "LLM_MODEL=qwen\n"
        )
        monkeypatch.chdir(tmp_path)
        with open_knowledge(load_settings().settings) as knowledge:
            knowledge.refresh()
        exec(compile(example, page, "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == "".join(ANSWER)
    (asked,) = server.bodies
    assert "25,000 yen" in asked["messages"][0]["content"]
    assert asked["temperature"] == 0


@pytest.mark.parametrize("page", ["guide.md", "guide.ko.md"])
def test_the_llama_example_runs(page, tmp_path, monkeypatch, capsys):
    """As it stands, with a model of the tests at the place of the recommended one."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)
    (example,) = [block.text for block in blocks(ROOT / "docs" / page) if block.language == "python"]
    place = tmp_path / Settings.model_fields["llm_model_path"].default
    place.parent.mkdir(parents=True)
    scripted(place, "사서는 책을 찾아 줍니다.")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, page, "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == "사서는 책을 찾아 줍니다.\n"


PAGES = [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in pages()]
PAIRS = [pytest.param(*pair, id=pair[0].relative_to(ROOT).as_posix()) for pair in in_both_languages()]
NAMES = {name.upper() for name in Settings.model_fields}
# Other programs' names that the pages speak of.
OTHERS = {
    "APPLICATION_ID",  # to be replaced by Discord's
    "CMAKE_ARGS",  # pip's builds
    "GGML_BLAS",  # llama.cpp's options
    "GGML_BLAS_VENDOR",
    "GGML_CUDA",
    "LLAMA_BLAS",  # what they were called once
    "LLAMA_BLAS_VENDOR",
    "LLAMA_CUBLAS",
    "HF_ENDPOINT",  # the hub's
    "HF_TOKEN",
    "HTTPS_PROXY",
    "LANGSMITH_TRACING",  # LangChain's
}


def misuse(arguments: list[str]) -> str:
    """What is wrong with the arguments of a `saseo …`, or nothing. It may be named without what it needs."""
    command: typer.core.TyperGroup = application()
    rest = hoist(arguments)
    context = None
    try:
        name = "saseo"
        while True:
            context = command.make_context(name, rest, parent=context)
            if not isinstance(command, typer.core.TyperGroup) or not (
                rest := [*context._protected_args, *context.args]
            ):
                return ""
            name, command, rest = command.resolve_command(context, rest)
    except USAGE_ERROR as error:
        return "" if type(error).__name__ == "MissingParameter" else str(error)


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page):
    """Every `saseo …` of a page has a command, options and values that the program takes."""
    wrong = [
        f"{page.name}:{line}: saseo {' '.join(arguments)}: {problem}"
        for line, arguments in commands(page)
        if (problem := misuse(arguments))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES)
def test_settings_exist(page):
    """Every name of a setting is one of ours, or another program's that is known here."""
    known = NAMES | OTHERS | _elsewhere()
    wrong = [f"{page.name}:{line}: {name}" for line, name in settings(page) if name not in known]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES)
def test_values_are_allowed(page):
    """Every `NAME=value` of our settings can stand in .env."""
    wrong = []
    for line, name, value in given(page):
        if name in NAMES and value and not re.search(r"[…<]|[가-힣]", value):
            try:
                Settings(**{name.lower(): value})
            except ValidationError as error:
                wrong.append(f"{page.name}:{line}: {name}={value}: {error.errors()[0]['msg']}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES)
def test_files_and_targets_exist(page):
    """Links lead to files and headings, `make` to a target, and Python to a script."""
    wrong = [str(file) for file, _ in links(page) if not file.exists()]
    wrong += [f"{file}#{name}" for file, name in links(page) if name and name not in anchors(file)]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for block in code(page):
        wrong += [
            f"make {name}"
            for name in re.findall(r"(?:^|\s)make ([a-z-]+)", block.text)
            if name not in targets
        ]
        wrong += [
            path for path in re.findall(r"\bscripts/\w+\.py\b", block.text) if not (ROOT / path).is_file()
        ]
        wrong += [
            module
            for module in re.findall(r"python3? -m (scripts\.\w+)", block.text)
            if not (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
        ]
    assert not wrong


# For whoever works on Saseo, not with it.
ENGLISH_ALONE = {"CONTRIBUTING.md"}


def test_every_page_exists_in_korean():
    """A page is English alone only where it is named here, and no Korean page has lost its English one."""
    english = [page for page in pages() if not page.name.endswith(".ko.md")]
    alone = {page.relative_to(ROOT).as_posix() for page in english if not korean_of(page).is_file()}
    assert alone == ENGLISH_ALONE
    assert {korean_of(page) for page in english} >= {page for page in pages() if page not in english}


@pytest.mark.parametrize(("english", "korean"), PAIRS)
def test_a_page_leads_to_its_twin(english, korean):
    """A page links to itself in the other language before anything else."""
    assert next(links(english))[0] == korean
    assert next(links(korean))[0] == english


@pytest.mark.parametrize(("english", "korean"), PAIRS)
def test_links_stay_in_the_language(english, korean):
    """But for that, a page leads to pages of its own language, where there are any."""
    strays = [target for target, _ in list(links(english))[1:] if target.name.endswith(".ko.md")]
    strays += [
        target
        for target, _ in list(links(korean))[1:]
        if target.suffix == ".md" and not target.name.endswith(".ko.md") and korean_of(target).is_file()
    ]
    assert not strays


@pytest.mark.parametrize(("english", "korean"), PAIRS)
def test_both_languages_say_the_same(english, korean):
    """The same headings, by level, and the same commands and settings, as often as one likes."""
    assert _headings(english) == _headings(korean)
    assert _used(english) == _used(korean)


def test_the_checks_see():
    """Misspelt commands, options and values are told from right ones."""
    assert misuse(["models", "download", "embedding", "--yes"]) == ""
    assert misuse(["index", "copy", "--to", "milvus", "--lang", "ko"]) == ""
    assert misuse(["backup"]) == ""
    assert misuse([]) == ""
    assert misuse(["modles"])
    assert misuse(["models", "fetch"])
    assert misuse(["ask", "--modle", "x"])
    assert misuse(["index", "copy", "--to", "chroma"])


def _headings(page):
    """How many headings of each level a page has."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return Counter(len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE))


def _used(page):
    """The commands with their options, and the settings, that a page speaks of."""
    return {_shape(arguments) for _, arguments in commands(page)}, {
        name for _, name in settings(page)
    } & NAMES


def _shape(arguments):
    """A command's name and options, without what a reader would write in their places."""
    command, names = application(), []
    words = [each for each in arguments if not each.startswith("-")]
    while words and isinstance(command, typer.core.TyperGroup) and words[0] in command.commands:
        names.append(words.pop(0))
        command = command.commands[names[-1]]
    return (*names, *sorted(each for each in arguments if each.startswith("-")))


@cache
def _elsewhere():
    """The names that the project's programs and container files use."""
    files = [ROOT / name for name in ("Makefile", "Dockerfile", "docker-compose.yml")]
    files += sorted((ROOT / "scripts").rglob("*.py"))
    return set(
        re.findall(
            r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", "".join(f.read_text(encoding="utf-8") for f in files)
        )
    )
