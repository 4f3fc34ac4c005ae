"""Says which models answer, what they can't do, and the one command that gets the better one."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot.ownership import is_owned
from knowledge.messages import text
from knowledge.types import Language

if TYPE_CHECKING:
    from bot.settings import Settings
    from knowledge.embedding import EmbedderStatus
    from knowledge.reports import Waiting

GET_EMBEDDING = "saseo models download embedding"
INSTALL_EMBEDDINGS = "pip install 'saseo[embeddings]'"
MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-mpnet-base-v2"
GET_LANGUAGE = "saseo models download language"
BUILD_LLAMA = "make llama"
RUN = "saseo run"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What to say of a model, and the command that gets the better one, if there is one.

    `text` may have several lines.
    """

    text: str
    command: str = ""


def changing_sentence(waiting: Waiting, language: Language) -> str:
    """The embedding model that was in use before, and still serves."""
    return text(
        "models-embedding-changing", language, model=short_name(waiting.model), passages=waiting.passages
    )


def embedding_sentence(status: EmbedderStatus | None, settings: Settings, language: Language) -> Sentence:
    """The embedding model in use."""
    if settings.embeddings_provider == "none":
        return Sentence(text("models-embedding-off", language))
    if status is None or status.used is None:
        wanted = settings.embeddings_model
        if status is not None and status.reason == "no_library":
            return Sentence(text("models-embedding-no-library", language), INSTALL_EMBEDDINGS)
        return Sentence(text("models-embedding-none", language, wanted=short_name(wanted)), GET_EMBEDDING)
    parts = [text("models-embedding", language, model=short_name(status.used))]
    knows_korean = "ko" in status.languages
    if not knows_korean:
        parts.append(text("models-embedding-no-korean", language))
    if status.reason:
        parts.append(text("models-embedding-better", language, wanted=short_name(status.requested)))
        return Sentence("\n".join(parts), GET_EMBEDDING)
    if not knows_korean:
        parts.append(text("models-embedding-better", language, wanted=short_name(MULTILINGUAL)))
        return Sentence("\n".join(parts), f"{GET_EMBEDDING} {short_name(MULTILINGUAL)}")
    return Sentence("\n".join(parts))


def language_sentence(settings: Settings, language: Language, *, starts: bool = True) -> Sentence:
    """The language model.

    Args:
        settings: read.
        language: of the sentence.
        starts: whether this process starts it; otherwise a running bot's is used.
    """
    if settings.llm_provider == "openai":
        return Sentence(text("models-language-remote", language, model=settings.llm_model))
    path = settings.llm_model_path
    if not path.is_file():
        return Sentence(text("models-language-none", language), GET_LANGUAGE)
    if find_spec("llama_cpp") is None:
        return Sentence(text("models-language-no-library", language), BUILD_LLAMA)
    if starts:
        return Sentence(text("models-language-starts", language, model=path.stem))
    if is_owned(settings.data_dir):
        return Sentence(text("models-language-running", language, model=path.stem))
    return Sentence(text("models-language-not-running", language), RUN)


def short_name(model: str) -> str:
    """A model's name without the maker's, or a folder's name."""
    return model.rstrip("/").rsplit("/", 1)[-1]
