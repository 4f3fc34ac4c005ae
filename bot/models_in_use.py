"""Says which models answer, what they can't do, and the one command that gets the better one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.messages import text
from knowledge.types import Language

if TYPE_CHECKING:
    from bot.settings import Settings
    from knowledge.embedding import EmbedderStatus

GET_EMBEDDING = "saseo models download embedding"
INSTALL_EMBEDDINGS = "pip install 'saseo[embeddings]'"
MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-mpnet-base-v2"
GET_LANGUAGE = "saseo models download language"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What to say of a model, and the command that gets the better one, if there is one.

    `text` may have several lines.
    """

    text: str
    command: str = ""


def embedding_sentence(status: EmbedderStatus | None, settings: Settings, language: Language) -> Sentence:
    """The embedding model in use."""
    if settings.embeddings_provider == "none":
        return Sentence(text("models-embedding-off", language))
    if status is None or status.used is None:
        wanted = settings.embeddings_model
        if status is not None and status.reason == "no_library":
            return Sentence(text("models-embedding-no-library", language), INSTALL_EMBEDDINGS)
        return Sentence(text("models-embedding-none", language, wanted=_short(wanted)), GET_EMBEDDING)
    parts = [text("models-embedding", language, model=_short(status.used))]
    knows_korean = "ko" in status.languages
    if not knows_korean:
        parts.append(text("models-embedding-no-korean", language))
    if status.reason:
        parts.append(text("models-embedding-better", language, wanted=_short(status.requested)))
        return Sentence("\n".join(parts), GET_EMBEDDING)
    if not knows_korean:
        parts.append(text("models-embedding-better", language, wanted=_short(MULTILINGUAL)))
        return Sentence("\n".join(parts), f"{GET_EMBEDDING} {_short(MULTILINGUAL)}")
    return Sentence("\n".join(parts))


def language_sentence(settings: Settings, language: Language) -> Sentence:
    """The language model; answers quote the documents so far, with or without its file."""
    if settings.llm_provider == "openai":
        return Sentence(text("models-language-remote", language, model=settings.llm_model))
    if settings.llm_model_path.is_file():
        return Sentence(text("models-language-there", language))
    return Sentence(text("models-language-none", language), GET_LANGUAGE)


def _short(model: str) -> str:
    """A model's name without the maker's, or a folder's name."""
    return model.rstrip("/").rsplit("/", 1)[-1]
