"""Settings from the environment and from a file."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot import machine
from bot.envfile import decode, misspellings, read_env_file
from bot.freshness.timing import interval_seconds, is_schedule
from bot.settings import InvalidSettings, Settings, load_settings
from bot.settings.hints import describe_problem
from knowledge.sources.options import Folder, load_folders

ROOT = Path(__file__).resolve().parents[3]


def load(folder, content=None, encoding="utf-8", **overrides):
    """Settings from a file with this content."""
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode(encoding)
        (folder / ".env").write_bytes(data)
    return load_settings(folder=folder, **overrides)


def told(error, language="en"):
    """All that a person reads of it."""
    return "\n".join(describe_problem(problem, language) for problem in error.problems)


def test_defaults(tmp_path):
    """Without any setting the documented defaults hold, paths below the current folder."""
    settings = load(tmp_path).settings
    assert settings.llm_model_path == (
        tmp_path / "scripts/models/qwen2.5-gguf/Qwen2.5-7B-Instruct-Q4_K_M.gguf"
    )
    assert (settings.llm_context_size, settings.llm_temperature, settings.llm_max_tokens) == (32768, 0.7, 512)
    assert (settings.milvus_host, settings.milvus_port, settings.milvus_collection_name) == (
        "localhost",
        19530,
        "documents",
    )
    assert settings.vector_store == "faiss"
    assert settings.embeddings_device == "cpu"
    assert settings.data_dir == tmp_path / "data"


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path, monkeypatch):
    """Command line, then environment, then file."""
    monkeypatch.setenv("LLM_MAX_TOKENS", "100")
    monkeypatch.setenv("DATA_DIR", "/from/environment")
    loaded = load(tmp_path, "LLM_MAX_TOKENS=200\nMILVUS_PORT=1\n", data_dir=Path("/from/command"))
    assert loaded.settings.llm_max_tokens == 100
    assert loaded.settings.milvus_port == 1
    assert loaded.settings.data_dir == Path("/from/command")


def test_an_empty_value_is_no_value(tmp_path, monkeypatch):
    """`NAME=` leaves the default, in the file and in the environment."""
    monkeypatch.setenv("LLM_CONTEXT_SIZE", "")
    settings = load(tmp_path, "LLM_MAX_TOKENS=\n").settings
    assert (settings.llm_max_tokens, settings.llm_context_size) == (512, 32768)


def test_relative_paths_count_from_the_file(tmp_path, monkeypatch):
    """The settings mean the same wherever the command is run."""
    home = tmp_path / "project"
    home.mkdir()
    (tmp_path / "words.txt").touch()
    (home / ".env").write_text("DATA_DIR=state\nUSER_DICTIONARY=../words.txt\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("project/.env")).settings
    assert settings.data_dir == home / "state"
    assert settings.user_dictionary == tmp_path / "words.txt"


def test_a_model_may_be_a_folder(tmp_path):
    """A folder's name becomes its path; a hub's name stays."""
    (tmp_path / "models" / "mine").mkdir(parents=True)
    assert load(tmp_path, "EMBEDDINGS_MODEL=models/mine").settings.embeddings_model == str(
        tmp_path / "models" / "mine"
    )
    assert load(tmp_path, "EMBEDDINGS_MODEL=BAAI/bge-m3").settings.embeddings_model == "BAAI/bge-m3"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("LLM_MAX_TOKENS=99\r\nDATA_DIR=자료\r\n", "utf-8-sig"),
        ("# 한글 설명\nLLM_MAX_TOKENS=99\nDATA_DIR=자료\n", "cp949"),
        ("LLM_MAX_TOKENS=99\nDATA_DIR=자료\n", "utf-16"),
        ("export LLM_MAX_TOKENS = '99'  # 설명\n\n DATA_DIR = \"자료\" \n", "utf-8"),
        ("llm_max_tokens=99\nData_Dir=자료", "utf-8"),
    ],
)
def test_files_as_people_save_them(tmp_path, content, encoding):
    """BOM, CP949, UTF-16, CRLF, quotes, spaces, comments, `export` and lower case all work."""
    settings = load(tmp_path, content, encoding).settings
    assert settings.llm_max_tokens == 99
    assert settings.data_dir == tmp_path / "자료"


def test_every_problem_is_told_at_once_with_its_place(tmp_path, monkeypatch):
    """All wrong values in one go: variable, what was read, where, what is allowed; in both languages."""
    monkeypatch.setenv("VECTOR_STORE", "chroma")
    with pytest.raises(InvalidSettings) as caught:
        load(tmp_path, "# settings\nLLM_CONTEXT_SIZE=lots\nLLM_TEMPERATURE=3\nREFRESH_SCHEDULE=sometimes\n")
    english, korean = told(caught.value), told(caught.value, "ko")
    for sentence in (english, korean):
        for part in (
            "VECTOR_STORE",
            "chroma",
            "faiss, milvus",
            "LLM_CONTEXT_SIZE",
            "lots",
            "REFRESH_SCHEDULE",
        ):
            assert part in sentence
        assert f"{tmp_path / '.env'}" in sentence
    assert "line 2" in english
    assert "2번째 줄" in korean
    assert "from 0 to 2.0" in english or "from 0 to 2" in english
    assert caught.value.parameters["count"] == 4


SECRETS = [name for name, info in Settings.model_fields.items() if info.annotation is SecretStr]


def test_a_secret_is_never_shown(tmp_path):
    """Tokens, keys and the catalog's address (with its password) appear neither in settings nor in errors."""
    assert {"slack_bot_token", "discord_bot_token", "llm_api_key", "catalog_url"} <= set(SECRETS)
    values = {name: f"hunter2-{name}" for name in SECRETS}
    values["catalog_url"] = "postgresql://saseo:hunter2@db/saseo"
    content = "".join(f"{name.upper()}={value}\n" for name, value in values.items())
    settings = load(tmp_path, content).settings
    assert "hunter2" not in repr(settings) + str(settings)
    with pytest.raises(InvalidSettings) as caught:
        load(tmp_path, content + "LLM_THREADS=none\n")
    assert "hunter2" not in told(caught.value) + str(caught.value) + repr(caught.value)


def test_an_openai_server_needs_its_address_and_model(tmp_path):
    """What one value makes necessary is asked for by name."""
    with pytest.raises(InvalidSettings) as caught:
        load(tmp_path, "LLM_PROVIDER=openai\n")
    assert "LLM_BASE_URL" in told(caught.value)
    assert "LLM_MODEL" in told(caught.value)
    loaded = load(tmp_path, "LLM_PROVIDER=OpenAI\nLLM_BASE_URL=http://127.0.0.1:8000/v1\nLLM_MODEL=qwen\n")
    assert loaded.settings.llm_provider == "openai"


def test_an_answer_must_fit_into_the_context(tmp_path):
    """Two values that are right alone may be wrong together."""
    with pytest.raises(InvalidSettings, match="LLM_MAX_TOKENS"):
        load(tmp_path, "LLM_CONTEXT_SIZE=512\nLLM_MAX_TOKENS=512\n")


def test_a_user_dictionary_must_be_there(tmp_path):
    """A file that isn't there is a wrong setting, not a crash at the first question."""
    with pytest.raises(InvalidSettings) as caught:
        load(tmp_path, "USER_DICTIONARY=words.txt\n")
    assert str(tmp_path / "words.txt") in told(caught.value)


def test_a_file_that_was_named_must_be_there(tmp_path):
    """--env-file with a wrong path isn't passed over."""
    with pytest.raises(InvalidSettings) as caught:
        load_settings(tmp_path / "missing.env")
    assert "missing.env" in told(caught.value)


def test_a_misspelt_name_is_pointed_out(tmp_path):
    """A name that looks like a setting gets a `did you mean`; a stranger's doesn't."""
    loaded = load(tmp_path, "EMBEDDING_MODEL=x\nPOSTGRES_PASSWORD=y\nSHARED_FOLDRES=z\nLLM_THREADS=2\n")
    assert [(found.name, found.line, found.meant) for found in loaded.misspelt] == [
        ("EMBEDDING_MODEL", 1, "EMBEDDINGS_MODEL"),
        ("SHARED_FOLDRES", 3, "SHARED_FOLDERS"),
    ]


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_no_setting_is_taken_for_a_misspelling(tmp_path, name):
    """Every real name is quiet."""
    path = tmp_path / ".env"
    path.write_text(f"{name}=1\n", encoding="utf-8")
    assert misspellings(read_env_file(path), [field.upper() for field in Settings.model_fields]) == ()


def test_lines_that_are_no_setting_are_reported(tmp_path):
    """A broken line is named by its number and the rest is read."""
    loaded = load(tmp_path, "LLM_MAX_TOKENS=77\njust words\n\nMILVUS_PORT=5\n")
    assert loaded.unreadable_lines == (2,)
    assert (loaded.settings.llm_max_tokens, loaded.settings.milvus_port) == (77, 5)


@given(st.binary(max_size=300))
def test_any_file_can_be_read(tmp_path_factory, data):
    """No content of .env raises anything but our own error."""
    folder = tmp_path_factory.mktemp("env")
    try:
        load(folder, data)
    except InvalidSettings:
        return


@given(st.binary(max_size=200))
def test_any_bytes_decode(data):
    """Decoding never fails."""
    assert isinstance(decode(data), str)


# .env.example

_LINE = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def test_the_example_has_every_setting_with_its_default():
    """.env.example and the settings say the same, name by name and value by value."""
    example = dict(_LINE.findall((ROOT / ".env.example").read_text(encoding="utf-8")))

    def written(value):
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is None or value == ():
            return ""
        return str(value)

    defaults = {name.upper(): written(info.default) for name, info in Settings.model_fields.items()}
    assert example == defaults


def test_the_example_is_a_valid_file(tmp_path):
    """Uncommenting everything in .env.example changes nothing."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    loaded = load(tmp_path, _LINE.sub(r"\1=\2", example))
    assert loaded.settings == load(tmp_path, "").settings
    assert loaded.misspelt == ()
    assert loaded.unreadable_lines == ()


# The machine


def test_threads_are_no_more_than_the_machine_has(tmp_path):
    """A wish for 1,024 threads becomes what is there."""
    assert load(tmp_path, "LLM_THREADS=1024").settings.llm_threads == machine.available_cpus()


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"cpu.max": "50000 100000"}, 1),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ({"cpu.max": "nonsense"}, None),
        ({}, None),
    ],
)
def test_a_containers_share_of_the_processor_counts(tmp_path, files, limit):
    """Control groups of both versions limit the processors; without a limit the machine's count holds."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    nothing = tmp_path / "nothing"
    assert machine.available_cpus(tmp_path) == (limit or machine.available_cpus(nothing))


def test_a_containers_memory_counts(tmp_path):
    """The lesser of the machine's memory and the container's limit."""
    (tmp_path / "memory.max").write_text("1000000")
    (tmp_path / "memory.current").write_text("400000")
    assert machine.available_memory(tmp_path) == (600000, 1000000)


def test_instruction_sets_are_read(tmp_path):
    """What the kernel lists, in the names that the models care about."""
    (tmp_path / "cpuinfo").write_text("processor: 0\nflags\t\t: fpu avx2 avx512f amx_tile amx_bf16\n")
    assert {"avx2", "avx512", "amx", "bf16"} >= machine.cpu_features(tmp_path / "cpuinfo")
    assert machine.cpu_features(tmp_path / "missing") in (frozenset(), frozenset({"neon"}))


# The schedule


@pytest.mark.parametrize(
    "schedule",
    [
        "*/15 * * * *",
        "0 9 * * mon-fri",
        "0,30 8-18/2 1 jan,feb *",
        "15m",
        "2h",
        "90s",
        "1d",
        " OFF ",
        "5 4 * * 7",
    ],
)
def test_schedules_that_can_be_used(tmp_path, schedule):
    """Crontab lines, intervals and off."""
    assert is_schedule(schedule)
    assert (
        load(tmp_path, f'REFRESH_SCHEDULE="{schedule}"').settings.refresh_schedule == schedule.strip().lower()
    )


@pytest.mark.parametrize(
    "schedule",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "*/0 * * * *"],
)
def test_crontab_lines_that_can_not_be_used(schedule):
    """Wrong counts of fields, numbers out of range, zero steps."""
    assert not is_schedule(schedule)


@pytest.mark.parametrize(
    "schedule", ["0m", "15 minutes", "5-1 * * * *", "a * * * *", "1,,2 * * * *", "@daily"]
)
def test_schedules_that_can_not_be_used(schedule):
    """Empty intervals, spans that run backwards, words."""
    assert not is_schedule(schedule)


@given(st.text(alphabet="0123456789*/-,amfonsh ", max_size=25))
def test_any_text_is_a_schedule_or_not(text):
    """The check never raises, and an interval is a schedule."""
    assert is_schedule(text) or interval_seconds(text) is None


def test_the_example_of_the_folders_file_can_be_read():
    """folders.toml.example is valid, and shows every option that a folder has."""
    text = (ROOT / "folders.toml.example").read_text(encoding="utf-8")
    _, folder = load_folders(ROOT / "folders.toml.example")
    assert folder.max_size == 20 << 20
    assert all(f"\n{option.name} = " in text for option in fields(Folder))


@pytest.mark.parametrize(
    ("value", "patterns"),
    [
        ("", ()),
        ("off", ()),
        ("on", ("*",)),
        ("true", ("*",)),
        ("a.example, *.b.example", ("a.example", "*.b.example")),
    ],
)
def test_hosts_to_fetch_from_are_named(tmp_path, value, patterns):
    """Nothing by default; `on` is any public host."""
    assert load(tmp_path, f"ALLOW_URLS={value}\n").settings.allow_urls == patterns


def test_a_host_that_is_none_is_refused(tmp_path):
    """With the setting's name and what is allowed."""
    with pytest.raises(InvalidSettings) as caught:
        load(tmp_path, "ALLOW_URLS=https://docs.example.com/\n")
    assert "ALLOW_URLS" in describe_problem(caught.value.problems[0], "en")
