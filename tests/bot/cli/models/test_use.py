"""`saseo models use`."""

from __future__ import annotations

from pathlib import Path

from tests.bot.cli.models import FOLDER


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
