"""An evaluation corpus as a source of documents: indexed in a temporary place by the product's own way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation import CorpusDocument
from bot.opening import open_knowledge
from bot.settings import Settings
from knowledge.embedding import load_or_measure, open_embedder, remembered
from knowledge.parsing.text import parse_text
from knowledge.reports import Progress
from knowledge.service import Knowledge
from knowledge.sources.folders import FileState, Scan
from knowledge.types import EVERYONE, ParsedDocument, Scope

ROOT = "corpus:"
PASSAGES_PER_DOCUMENT = 5
"""A ranking of documents needs several times as many passages, as a document may have many of the best."""


class CorpusLoader:
    """The documents of a corpus; a `Loader`."""

    def __init__(self, documents: Sequence[CorpusDocument]) -> None:
        self._documents: Mapping[str, CorpusDocument] = {
            uri_of(document.id): document for document in documents
        }

    @property
    def root(self) -> str:
        return ROOT

    @property
    def scope(self) -> Scope:
        return EVERYONE

    def scan(self) -> Scan:
        files = [
            FileState(uri=uri, path="", size=len(document.text.encode()), mtime_ns=0)
            for uri, document in self._documents.items()
        ]
        return Scan(files)

    def read(self, file: FileState) -> bytes:
        # The id goes in too: two documents of one text are still two.
        document = self._documents[file.uri]
        return f"{document.id}\n{document.title}\n{document.text}".encode()

    def parse(self, file: FileState, data: bytes) -> ParsedDocument:  # noqa: ARG002 (the protocol's)
        document = self._documents[file.uri]
        parsed = parse_text(document.text, document.title)
        return ParsedDocument(document.title, parsed.text, parsed.blocks)


def uri_of(document_id: str) -> str:
    """The uri of a corpus's document."""
    return f"{ROOT}/{document_id}"


@dataclass(frozen=True, slots=True)
class RankedCorpus:
    """A corpus that is indexed. `passages` is how many it has."""

    knowledge: Knowledge
    passages: int

    def rank(self, question: str, limit: int) -> list[str]:
        """The ids of the documents with the best passages, best first.

        Where a passage stands for others with nearly the same text, their documents follow it.
        """
        scopes = frozenset({EVERYONE})
        found = self.knowledge.retrieve(question, scopes, limit=limit * PASSAGES_PER_DOCUMENT)
        uris = [uri for each in found.candidates for uri in (each.document.uri, *each.also_in)]
        return [uri.removeprefix(f"{ROOT}/") for uri in dict.fromkeys(uris)][:limit]


@contextmanager
def open_corpus(
    settings: Settings, documents: Sequence[CorpusDocument], progress: Callable[[Progress], None]
) -> Iterator[RankedCorpus]:
    """Index the documents in a temporary DATA_DIR, deleted at the end; models are the real one's."""
    with tempfile.TemporaryDirectory(prefix="saseo-eval-") as folder:
        place = settings.model_copy(update={"data_dir": Path(folder), "shared_folders": ""})
        models = settings.data_dir / "models"
        embedder, status = open_embedder(
            settings.embeddings_provider, settings.embeddings_model, settings.embeddings_device, models
        )
        parts = {
            "embedder": embedder,
            "embedder_status": status,
            "abilities": lambda found: load_or_measure(found, models),
            "remembered": lambda found: remembered(found, models),
        }
        with open_knowledge(place, write=True, **parts) as knowledge:
            knowledge.refresh_from([CorpusLoader(documents)], progress=progress)
            knowledge.warm()
            yield RankedCorpus(knowledge, knowledge.status().passages)
