"""`saseo models`, with a hub on this machine."""

from __future__ import annotations

import io
import shutil
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import language_model
from bot.cli.models import download, known
from bot.doctor import probe_embedder
from knowledge import checksums
from knowledge.embedding import Abilities, Ability
from knowledge.models.llama.memory import COMPUTATION_BYTES
from knowledge.models.presets import DEFAULT, preset
from knowledge.types import LANGUAGES
from tests import gguf_models
from tests.hub_server import SIGNATURE, Site, hub_servers

FOLDER = Path("scripts/models/qwen2.5-gguf")


@pytest.fixture(scope="session")
def gguf(tmp_path_factory):
    """A language model's file."""
    return gguf_models.scripted(tmp_path_factory.mktemp("gguf") / "tiny.gguf", "연차는 15일입니다.")


@pytest.fixture(scope="session")
def embedding_model(tmp_path_factory):
    """A folder with the files of an embedding model."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture(autouse=True)
def _only_this_folder(monkeypatch):
    """What somebody has downloaded must not change what the tests see, nor may a test build llama.cpp."""
    monkeypatch.setattr("knowledge.embedding.locate.cache_folder", lambda: None)
    monkeypatch.setattr(download, "_build_engine", lambda session: None)


@pytest.fixture
def hub(monkeypatch, gguf):
    """A hub that has the recommended language model, which is small there."""
    with hub_servers() as start:
        site = start(Site({DEFAULT.file_name: gguf.read_bytes()}, DEFAULT.repository))
        monkeypatch.setenv("HF_ENDPOINT", site.address)
        yield site


@pytest.fixture
def at_terminal(monkeypatch):
    """Answers what is asked at a terminal."""

    def answer(text):
        stdin = io.StringIO(text)
        stdin.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", stdin)

    return answer


# Fetching


def test_size_and_licence_stand_before_the_question(saseo, hub, at_terminal):
    """Nothing is fetched without a yes."""
    at_terminal("n\n")
    result = saseo("models", "download", "language", "--lang", "en")
    assert result.code == 1
    assert "4.7 GB" in result.err
    assert "Apache-2.0" in result.err
    assert hub.requests == []


def test_a_yes_fetches(saseo, hub, at_terminal):
    """A Korean one too."""
    at_terminal("네\n")
    assert saseo("models", "download", "language").code == 0
    assert (FOLDER / DEFAULT.file_name).is_file()


def test_a_licence_that_forbids_something_says_so(saseo, hub, at_terminal):
    """Qwen2.5 3B isn't for commercial use."""
    at_terminal("n\n")
    result = saseo("models", "download", "qwen2.5-3b", "--lang", "en")
    assert "Qwen Research" in result.err
    assert "no commercial use" in result.err
    assert hub.requests == []


def test_without_a_terminal_yes_has_to_be_said(saseo, hub, monkeypatch):
    """A yes in a pipe isn't one: --yes is."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    result = saseo("models", "download", "language")
    assert result.code == 1
    assert "--yes" in result.err
    assert hub.requests == []


def test_the_file_lands_where_the_settings_look(saseo, hub, tmp_path):
    """--yes fetches into the folder of LLM_MODEL_PATH, with its sum; a second time it is there already."""
    result = saseo("models", "download", "language", "--yes", "--json")
    path = tmp_path / FOLDER / DEFAULT.file_name
    assert result.json == {"kind": "language", "path": str(path)}
    assert path.read_bytes() == hub.files[DEFAULT.file_name]
    assert checksums.recorded(path.parent) == {path.name: checksums.sha256(path)}
    hub.requests.clear()
    again = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert "already" in again.out
    assert hub.requests == []


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_the_log_opens_no_storage(saseo, hub, monkeypatch, level):
    """The signed address that the hub sends us to is nowhere in the log, nor on the screen, nor is the token."""
    monkeypatch.setenv("LOG_LEVEL", level)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with hub_servers() as start:
        hub.storage = start(Site(hub.files, hub.repository)).address
        hub.statuses = [(503, {})]
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        result = saseo("models", "download", "language", "--yes")
    log = Path("data/logs/saseo.log")
    written = log.read_text() if log.exists() else ""
    assert result.code == 0
    assert "503" in written
    assert not any(
        secret in text for secret in (SIGNATURE, "hf_secret") for text in (written, result.out, result.err)
    )


def test_a_model_is_fetched_by_its_name(saseo, hub):
    """A preset's name is enough; it lands beside the others, and how to use it is said."""
    small = preset("qwen2.5-1.5b")
    hub.repository, hub.files = small.repository, {small.file_name: b"GGUF"}
    result = saseo("models", "download", "qwen2.5-1.5b", "--yes")
    assert (FOLDER / small.file_name).is_file()
    assert "saseo models use qwen2.5-1.5b" in result.out


def test_the_model_that_the_settings_name_is_fetched(saseo, hub, monkeypatch):
    """`language` is the preset that LLM_MODEL_PATH names."""
    small = preset("qwen2.5-3b")
    monkeypatch.setenv("LLM_MODEL_PATH", f"models/{small.file_name}")
    hub.repository, hub.files = small.repository, {small.file_name: b"GGUF"}
    result = saseo("models", "download", "language", "--yes")
    assert Path("models", small.file_name).is_file()
    assert "models use" not in result.out


def test_an_embedding_model_that_is_here_is_not_fetched(saseo):
    """The packaged model is on this machine: the command says where, and how to use it."""
    result = saseo("models", "download", "embedding", "minilm", "--lang", "en")
    assert result.code == 0
    assert "already" in result.out
    assert "saseo models use sentence-transformers/all-MiniLM-L6-v2" in result.out


@pytest.mark.parametrize("words", [["embedding", "acme/small"], ["acme/small"]], ids=" ".join)
def test_any_model_of_the_hub_can_be_fetched(saseo, hub, embedding_model, words):
    """An embedding model by its full name, after which it is in the list and can be used."""
    files = [path for path in embedding_model.rglob("*") if path.is_file()]
    hub.repository = "acme/small"
    hub.files = {path.relative_to(embedding_model).as_posix(): path.read_bytes() for path in files}
    assert saseo("models", "download", *words, "--yes").code == 0
    assert {model["name"]: model["path"] for model in saseo("models", "list", "--json").json}["acme/small"]
    assert saseo("models", "use", "acme/small").code == 0
    assert "EMBEDDINGS_MODEL=acme/small\n" in Path(".env").read_text()


@pytest.mark.parametrize("words", [["gpt-4"], ["language", "gpt-4"]], ids=" ".join)
def test_an_unknown_name_leads_to_the_list(saseo, hub, words):
    """The hub isn't asked."""
    result = saseo("models", "download", *words, "--yes", "--lang", "en")
    assert result.code == 1
    assert "saseo models list" in result.err
    assert hub.requests == []


def test_a_hub_out_of_reach_is_one_sentence(saseo, monkeypatch):
    """Without a network the command says so."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    result = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert result.code == 1
    assert "can't be reached" in result.err


# What there is


def test_the_list_shows_presets_and_what_is_here(saseo, gguf):
    """Size, licence, memory, and which are here and in use; files that somebody put there too."""
    FOLDER.mkdir(parents=True)
    shutil.copy(gguf, FOLDER / DEFAULT.file_name)
    shutil.copy(gguf, FOLDER / "own.gguf")
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["qwen2.5-7b"]["in_use"]
    assert models["qwen2.5-7b"]["size"] == gguf.stat().st_size
    assert models["own"]["path"].endswith("own.gguf")
    assert (models["own"]["in_use"], models["own"]["licence"]) == (False, None)
    assert (models["qwen2.5-3b"]["licence"], models["qwen2.5-3b"]["path"]) == ("Qwen Research", None)
    assert models["BAAI/bge-m3"]["kind"] == "embedding"
    assert models["sentence-transformers/all-MiniLM-L6-v2"]["in_use"]  # until the better one is here


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_list_for_people(saseo, monkeypatch, language):
    """A mark stands where this machine's memory is too small."""
    monkeypatch.setattr(known, "available_memory", lambda: (9 * 10**9, 10 * 10**9))
    result = saseo("models", "list", "--lang", language)
    lines = {line.split()[0]: line for line in result.out.splitlines() if line.strip()}
    assert "!" in lines["qwen2.5-32b"]
    assert "!" not in lines["qwen2.5-3b"]
    assert ("언어 모델" in result.out) == (language == "ko")


def test_memory_follows_the_context(saseo, monkeypatch):
    """The 7B model takes its file, 56 KiB for each token of context, and what it computes with."""
    monkeypatch.setenv("LLM_CONTEXT_SIZE", "8192")
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["qwen2.5-7b"]["memory"] == DEFAULT.size + 8192 * 57_344 + COMPUTATION_BYTES


# Bringing


def test_a_file_brought_by_hand_is_checked_and_put_in_its_place(saseo, gguf, tmp_path):
    """It is copied, its sum is kept, and it can be used; the original stays."""
    stick = tmp_path / "stick"
    stick.mkdir()
    shutil.copy(gguf, stick / "own.gguf")
    result = saseo("models", "add", stick / "own.gguf", "--lang", "en")
    assert result.code == 0
    assert "saseo models use own" in result.out
    assert (FOLDER / "own.gguf").read_bytes() == gguf.read_bytes()
    assert (stick / "own.gguf").is_file()
    assert checksums.recorded(FOLDER) == {"own.gguf": checksums.sha256(gguf)}
    assert {path.name for path in FOLDER.iterdir()} == {"own.gguf", checksums.FILE_NAME}


def test_a_file_that_was_put_there_is_registered(saseo, gguf):
    """Its sum is kept from then on, and nothing is copied."""
    FOLDER.mkdir(parents=True)
    shutil.copy(gguf, FOLDER / "own.gguf")
    assert saseo("models", "add", FOLDER / "own.gguf").code == 0
    assert checksums.recorded(FOLDER) == {"own.gguf": checksums.sha256(gguf)}
    with (FOLDER / "own.gguf").open("ab") as file:
        file.write(b"more")
    assert saseo("models", "add", FOLDER / "own.gguf").code == 1


def test_a_file_of_another_ending_is_found_afterwards(saseo, gguf, tmp_path):
    """It gets the ending by which models are found."""
    shutil.copy(gguf, tmp_path / "own.bin")
    shutil.copy(gguf, tmp_path / "loud.GGUF")
    assert saseo("models", "add", "own.bin").code == saseo("models", "add", "loud.GGUF").code == 0
    assert {path.name for path in FOLDER.glob("*.gguf")} == {"own.bin.gguf", "loud.gguf"}
    assert saseo("models", "use", "own.bin").code == 0


def test_a_file_can_be_moved(saseo, gguf, tmp_path):
    """--move takes no room of the disk."""
    shutil.copy(gguf, tmp_path / "own.gguf")
    result = saseo("models", "add", "own.gguf", "--move", "--json")
    assert result.json == {"kind": "language", "path": str(tmp_path / FOLDER / "own.gguf")}
    assert not (tmp_path / "own.gguf").exists()


def test_a_link_is_not_moved_alone(saseo, gguf, tmp_path):
    """What it leads to is copied."""
    (tmp_path / "own.gguf").symlink_to(gguf)
    assert saseo("models", "add", "own.gguf", "--move").code == 0
    assert not (FOLDER / "own.gguf").is_symlink()
    assert gguf.is_file()


def test_a_folder_of_an_embedding_model_can_be_added(saseo, embedding_model):
    """It is then in the list, and used by its folder."""
    assert saseo("models", "add", embedding_model).code == 0
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["tiny"]["path"] == str(Path("data/models/tiny").absolute())
    assert saseo("models", "use", "tiny").code == 0
    assert "EMBEDDINGS_MODEL=data/models/tiny" in Path(".env").read_text()
    [verdict] = saseo("models", "verify", "tiny", "--json").json
    assert verdict["state"] == "ok"
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["tiny"]["in_use"]
    assert str(Path("data/models/tiny").absolute()) not in models


def test_a_model_of_another_machines_cache_can_be_added(saseo, embedding_model, tmp_path):
    """It keeps its name at the hub; the links of the cache become files."""
    cached = tmp_path / "stick" / "models--acme--small"
    shutil.copytree(embedding_model, cached / "blobs")
    snapshot = cached / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    for blob in (cached / "blobs").iterdir():
        (snapshot / blob.name).symlink_to(blob)
    assert saseo("models", "add", cached).code == 0
    shutil.rmtree(cached)
    assert saseo("models", "use", "acme/small").code == 0
    assert "EMBEDDINGS_MODEL=acme/small" in Path(".env").read_text()
    [verdict] = saseo("models", "verify", "acme/small", "--json").json
    assert verdict["state"] == "ok"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda data: data[:-200], "shorter"),
        (lambda data: b"<html>" + data, "no GGUF"),
        (None, "embedding model"),
    ],
    ids=["truncated", "page", "embedding"],
)
def test_what_can_not_be_used_is_refused_by_name(saseo, gguf, tmp_path, damage, told):
    """Before anything is copied."""
    path = tmp_path / "given.gguf"
    if damage:
        path.write_bytes(damage(gguf.read_bytes()))
    else:
        gguf_models.embedding(path)
    result = saseo("models", "add", path, "--lang", "en")
    assert result.code == 1
    assert "given.gguf" in result.err
    assert told in result.err
    assert not FOLDER.exists()


def test_a_folder_without_a_model_is_refused(saseo, tmp_path):
    """It says what a model's folder has."""
    (tmp_path / "empty").mkdir()
    result = saseo("models", "add", "empty", "--lang", "en")
    assert result.code == 1
    assert "Sentence Transformers" in result.err


@pytest.mark.parametrize("where", ["with it", "from the hub"])
def test_another_file_under_a_known_name_is_refused(saseo, gguf, tmp_path, where):
    """The sums that came with it, or that the hub once told, are held against it."""
    path = tmp_path / DEFAULT.file_name
    shutil.copy(gguf, path)
    checksums_folder = tmp_path if where == "with it" else tmp_path / FOLDER
    checksums_folder.mkdir(parents=True, exist_ok=True)
    checksums.record(checksums_folder, {path.name: "0" * 64})
    result = saseo("models", "add", path, "--lang", "en")
    assert result.code == 1
    assert "SHA-256" in result.err
    assert not (tmp_path / FOLDER / path.name).exists()


def test_a_name_that_is_taken_is_not_overwritten(saseo, gguf, tmp_path):
    """The file that is there stays."""
    FOLDER.mkdir(parents=True)
    (FOLDER / "own.gguf").write_bytes(b"mine")
    shutil.copy(gguf, tmp_path / "own.gguf")
    assert saseo("models", "add", "own.gguf").code == 1
    assert (FOLDER / "own.gguf").read_bytes() == b"mine"


def test_a_full_disk_is_told_before_copying(saseo, gguf, monkeypatch):
    """Nothing is left behind."""
    monkeypatch.setattr("bot.cli.models.bring.free_disk", lambda folder: 1000)
    assert saseo("models", "add", gguf).code == 1
    assert list(FOLDER.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_disk_that_fills_up_is_told(saseo, gguf):
    """While it is copied; what was begun is cleared away, and the original stays."""
    FOLDER.mkdir(parents=True)
    (FOLDER / "tiny.gguf.partial").symlink_to("/dev/full")
    result = saseo("models", "add", gguf, "--lang", "en")
    assert result.code == 1
    assert "full" in result.err
    assert gguf.is_file()
    assert list(FOLDER.iterdir()) == []


# Checking


def test_verify_finds_what_changed(saseo, gguf):
    """One bit is enough; exit code 1."""
    assert saseo("models", "add", gguf).code == 0
    [whole] = saseo("models", "verify", "tiny", "--json").json
    assert whole["state"] == "ok"
    path = FOLDER / "tiny.gguf"
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    result = saseo("models", "verify", "tiny", "--json")
    assert result.code == 1
    assert result.json[0]["state"] == "damaged"
    path.write_bytes(data[:-200])
    result = saseo("models", "verify", "tiny", "--lang", "en")
    assert result.code == 1
    assert "shorter" in result.out


def test_verify_says_what_it_can_not_know(saseo, gguf):
    """A file that was only put there looks whole; all that is here is looked at."""
    FOLDER.mkdir(parents=True)
    shutil.copy(gguf, FOLDER / "own.gguf")
    result = saseo("models", "verify", "--json")
    assert result.code == 0
    states = {verdict["name"]: verdict["state"] for verdict in result.json}
    assert states == {"own": "unknown", "sentence-transformers/all-MiniLM-L6-v2": "unknown"}


# Choosing


def test_use_writes_one_line(saseo, gguf, tmp_path):
    """The file keeps the rest; what happens next is said."""
    assert saseo("models", "add", gguf).code == 0
    (tmp_path / ".env").write_text("# mine\nLLM_THREADS=2\nLLM_MODEL_PATH=x.gguf\n")
    result = saseo("models", "use", "tiny", "--lang", "en")
    assert result.code == 1  # it isn't where the file says that models are
    result = saseo("models", "use", FOLDER / "tiny.gguf", "--lang", "en")
    assert result.code == 0, result.err
    assert (tmp_path / ".env").read_text() == f"# mine\nLLM_THREADS=2\nLLM_MODEL_PATH={FOLDER}/tiny.gguf\n"
    assert "restarted" in result.out


def test_use_makes_the_file_and_says_what_wins(saseo, gguf, monkeypatch):
    """An environment variable of another value is told; so is a provider that uses no file."""
    assert saseo("models", "add", gguf).code == 0
    monkeypatch.setenv("LLM_MODEL_PATH", str(Path(FOLDER, "other.gguf")))
    monkeypatch.setenv("LLM_PROVIDER", "openai")
    monkeypatch.setenv("LLM_BASE_URL", "http://localhost:1")
    monkeypatch.setenv("LLM_MODEL", "m")
    result = saseo("models", "use", "tiny", "--lang", "en")
    assert Path(".env").read_text() == f"LLM_MODEL_PATH={FOLDER}/tiny.gguf\n"
    assert "environment" in result.err
    assert "LLM_PROVIDER" in result.err


def test_a_folder_here_does_not_hide_a_model(saseo, tmp_path, embedding_model):
    """A model's name is its name where a folder happens to be called so; a model's folder can be named too."""
    (tmp_path / "minilm").mkdir()
    assert saseo("models", "use", "minilm").code == 0
    assert "all-MiniLM-L6-v2" in Path(".env").read_text()
    (tmp_path / "empty").mkdir()
    assert "Sentence Transformers" in saseo("models", "use", "empty", "--lang", "en").err
    assert saseo("models", "use", embedding_model).code == 0
    assert f"EMBEDDINGS_MODEL={embedding_model}" in Path(".env").read_text()


def test_what_is_not_here_can_not_be_used(saseo):
    """The settings stay as they are."""
    result = saseo("models", "use", "qwen2.5-14b", "--lang", "en")
    assert result.code == 1
    assert "saseo models download qwen2.5-14b" in result.err
    assert saseo("models", "use", "nonsense").code == 1
    assert not Path(".env").exists()


def test_memory_of_a_broken_file_is_estimated(tmp_path):
    """By the preset of its name, in proportion to its size."""
    from bot.settings import load_settings

    settings = load_settings(folder=tmp_path).settings
    path = tmp_path / DEFAULT.file_name
    size = DEFAULT.size // 100
    with path.open("wb") as file:
        file.truncate(size)
    assert language_model.memory_of(path, settings) == size + 32768 * 573 + COMPUTATION_BYTES


# What an embedding model knows


def test_an_english_model_is_told_from_a_multilingual_one(saseo):
    """The packaged MiniLM, loaded and measured: it knows English, and neither Korean nor one in the other."""
    result = saseo("models", "test", "minilm", "--json", probe=probe_embedder)
    assert result.json["model"].endswith("all-MiniLM-L6-v2")
    found = {(pair["question"], pair["passage"]): pair for pair in result.json["pairs"]}
    assert found["en", "en"]["verdict"] == "knows"
    assert [found[pair]["verdict"] for pair in (("ko", "ko"), ("ko", "en"), ("en", "ko"))] == ["not"] * 3
    korean = found["ko", "ko"]
    assert korean["unrelated"] > 0.3, "cosines of texts that it can't read are high all the same"
    assert korean["related"] - korean["unrelated"] < 0.1


def test_the_model_in_use_is_tested_by_default(saseo):
    """A table in the screen's language."""
    every = {pair: Ability(0.9, 0.1, 0.1, 0.8, 0.1) for pair in product(LANGUAGES, LANGUAGES)}
    every["ko", "en"] = Ability(0.3, 0.1, 0.1, 0.4, 0.1)

    def probe(settings):
        return SimpleNamespace(used="bge-m3", requested="bge-m3"), Abilities("bge-m3", every)

    told = saseo("models", "test", "--lang", "ko", probe=probe).out
    assert "bge-m3" in told
    assert ("90%" in told, "30%" in told, "조금 압니다" in told) == (True, True, True)


def test_only_embedding_models_are_tested(saseo, gguf):
    """A language model, a model that isn't here and none at all end in a sentence."""
    assert "Sentence Transformers" in saseo("models", "test", str(gguf), "--lang", "en").err
    assert saseo("models", "test", "BAAI/bge-m3").code == 1
    assert saseo("models", "test").code == 1
