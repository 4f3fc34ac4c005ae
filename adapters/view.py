"""What a person should see of an answer, at any moment: events folded into one value. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from adapters import notes
from adapters.messages import Before, LibrarianEvent, Notice
from knowledge.messages import text
from knowledge.types import Answer, Failed, Finished, Found, Language, Replaced, Source, Status, Token


@dataclass(frozen=True, slots=True)
class View:
    """An answer so far. `end` is its terminal event; until there is one, `text` grows."""

    language: Language
    status: Status = field(default=Status("searching"))
    found: tuple[Source, ...] = ()
    text: str = ""
    notices: tuple[str, ...] = ()
    before: Before | None = None
    end: Finished | Failed | None = None

    def after(self, event: LibrarianEvent) -> View:
        """The view once this event has come."""
        changed: dict[str, Any]
        match event:
            case Status():
                changed = {"status": event}
            case Found(sources=sources):
                changed = {"found": sources}
            case Token(text=token):
                changed = {"text": self.text + token}
            case Replaced(text=replacement):
                changed = {"text": replacement}
            case Notice(text=sentence):
                changed = {"notices": (*self.notices, sentence)}
            case Before():
                changed = {"before": event}
            case Finished(answer=answer):
                changed = {"end": event, "text": answer.text, "language": answer.language}
            case Failed():
                changed = {"end": event}
        return replace(self, **changed)

    @property
    def answer(self) -> Answer | None:
        """The finished answer."""
        return self.end.answer if isinstance(self.end, Finished) else None

    @property
    def waiting(self) -> str:
        """What is being waited for, as a sentence: the place in the queue, then what was found."""
        if self.status.stage == "queued" and self.status.position > 0:
            return notes.queued(self.status, self.language)
        if self.found:
            titles = list(dict.fromkeys(source.title for source in self.found))
            return text("stage-found", self.language, count=len(titles), titles=", ".join(titles))
        return text(f"stage-{self.status.stage}", self.language)

    @property
    def failure(self) -> str:
        """What went wrong, with the id that the log has too; empty when nothing did."""
        if not isinstance(self.end, Failed):
            return ""
        return text("answer-failed", self.language, message=self.end.message, incident=self.end.incident)
