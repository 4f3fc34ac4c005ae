"""`saseo docs`: what is indexed, one document of it, and forgetting one."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from adapters.console.render import short_path
from adapters.wording import age, position, safe, safe_name
from bot.cli import screen
from bot.cli.arguments import clean
from bot.cli.session import Session
from knowledge.catalog.places import place_as_dict
from knowledge.errors import NotFetched, PartlyRead, Unreadable
from knowledge.messages import describe
from knowledge.types import EVERYONE, parse_scope

if TYPE_CHECKING:
    from knowledge.service import Knowledge
    from knowledge.types import Document, Passage

_LINK = re.compile(r"https?://", re.IGNORECASE)


def show_list(session: Session, wanted: str, *, as_json: bool) -> None:
    """List the documents, all or those that match `wanted`."""
    with session.knowledge() as knowledge:
        found = knowledge.find_documents(clean(wanted)) if wanted else knowledge.documents()
    if as_json:
        session.show_json([document_as_dict(document) for document in found])
        return
    if not found:
        session.say("docs-none-found" if wanted else "docs-none", wanted=wanted)
        return
    _show_table(session, found)
    session.show("")
    session.show(
        session.text(
            "docs-total", documents=len(found), passages=sum(document.passages for document in found)
        )
    )


def show_one(session: Session, wanted: str, *, as_json: bool) -> None:
    """Show one document's facts and its passages."""
    with session.knowledge() as knowledge:
        document = _the_one(session, knowledge, wanted)
        passages = knowledge.passages(document)
        omissions = knowledge.omissions(document)
    left_out = [
        describe(PartlyRead(reason=each.reason, detail=each.detail), session.language) for each in omissions
    ]
    if as_json:
        found = {"passages": [_passage_as_dict(passage) for passage in passages], "left_out": left_out}
        session.show_json(document_as_dict(document) | found)
        return
    text = session.text
    session.show(Text(safe(document.title), "heading"))
    session.show(
        screen.pairs(
            [
                (text("docs-id"), str(document.id)),
                (text("docs-path"), safe_name(document.uri)),
                *([(text("docs-link"), safe(document.link))] if document.link else []),
                (text("docs-scope"), document.scope),
                (text("docs-language"), text(f"language-{document.language}")),
                (text("docs-size"), screen.size(document.size)),
                (text("docs-modified"), f"{document.modified_at.astimezone():%Y-%m-%d %H:%M}"),
                (text("docs-passages"), str(len(passages))),
                *((text("docs-left-out"), safe(sentence)) for sentence in left_out),
            ]
        )
    )
    for number, passage in enumerate(passages, 1):
        where = " › ".join(safe(part) for part in passage.heading_path)
        place = position(passage.page, passage.lines, session.language, passage.place)
        session.show("")
        session.show(Text(f"{number}  " + " · ".join(part for part in (where, place) if part), "name"))
        session.show(screen.indented(safe(passage.text)))


def add(session: Session, given: list[str], scope: str, *, as_json: bool) -> None:
    """Keep a copy of each file or page of the web, and index it; exit code 1 if one can't be read."""
    from knowledge.catalog.uploads import Upload
    from knowledge.ingest import content_hash
    from knowledge.sources.uploads import MAX_SIZE, Uploads

    wanted = parse_scope(scope)
    person = f"console/@{getpass.getuser()}"
    refused: dict[str, str] = {}
    with session.knowledge(write=True) as knowledge:
        uploads = Uploads(session.settings.data_dir / "uploads", knowledge.parse)
        uris: dict[str, tuple[str, str]] = {}  # digest and link
        for each in map(clean, given):
            try:
                if _LINK.match(each):
                    page = knowledge.add_page(wanted, each)
                    uris[page.uri] = "", page.url
                    continue
                with Path(each).open("rb") as stream:
                    data = stream.read(MAX_SIZE + 1)
                uris[uploads.keep(wanted, Path(each).name, data)] = content_hash(data), ""
            except (NotFetched, Unreadable) as error:
                refused[each] = describe(error, session.language)
            except OSError as error:
                refused[each] = error.strerror or type(error).__name__
        for uri, (digest, link) in uris.items():
            knowledge.note_upload(Upload(uri, wanted, person, "console", datetime.now(UTC), digest, link))
        if uris:
            folder = uploads.folder_of(wanted)
            knowledge.register(folder)
            knowledge.refresh([folder], urgent=True)
        added = [document for document in knowledge.documents() if document.uri in uris]
    if as_json:
        session.show_json({"added": [document_as_dict(each) for each in added], "refused": refused})
    else:
        for document in added:
            session.show(session.text("docs-added", title=safe(document.title), scope=document.scope))
        for name, why in refused.items():
            session.err.print(Text(session.text("docs-add-refused", name=safe(name), why=why), "warning"))
    if refused:
        session.leave(1)


def remove(session: Session, wanted: str, *, yes: bool, as_json: bool) -> None:
    """Forget one document, after a yes."""
    with session.knowledge(write=True) as knowledge:
        document = _the_one(session, knowledge, wanted)
        if not yes:
            session.say("docs-remove-means", title=safe(document.title), path=safe_name(document.uri))
            if not confirm(session, "docs-remove-sure"):
                session.say("cli-nothing-done")
                session.leave(1)
        knowledge.forget(document)
    if as_json:
        session.show_json({"removed": document_as_dict(document)})
    else:
        session.show(session.text("docs-removed", title=safe(document.title), path=safe_name(document.uri)))


def confirm(session: Session, key: str, **parameters: object) -> bool:
    """Ask for a yes on standard error; no is the default, and the answer where nobody can be asked."""
    session.err.print(Text(f"{session.text(key, **parameters)} [y/N] "), end="")
    try:
        answer = input()
    except EOFError:
        session.err.print()
        return False
    return answer.strip().lower() in {"y", "yes", "예", "네", "ㅇ", "ㅛ"}


def document_as_dict(document: Document) -> dict[str, Any]:
    """A document in the commands' JSON. Times are ISO 8601 in UTC, sizes bytes."""
    return {
        "id": document.id,
        "title": document.title,
        "uri": document.uri,
        "scope": document.scope,
        "language": document.language,
        "size": document.size,
        "modified_at": document.modified_at.isoformat(),
        "passages": document.passages,
        **({"link": document.link} if document.link else {}),
    }


def _passage_as_dict(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "section": " > ".join(passage.heading_path),
        "page": passage.page,
        "lines": list(passage.lines) if passage.lines else None,
        "place": passage.place and place_as_dict(passage.place),
        "language": passage.language,
        "text": passage.text,
    }


def _the_one(session: Session, knowledge: Knowledge, wanted: str) -> Document:
    found = knowledge.find_documents(clean(wanted))
    if len(found) == 1:
        return found[0]
    if not found:
        session.fail("docs-none-found", wanted=wanted)
    else:
        if not session.as_json:
            _show_table(session, found[:20])
        session.fail("docs-several", wanted=wanted, count=len(found))
    raise typer.Exit(1)


def _show_table(session: Session, documents: list[Document]) -> None:
    """On a terminal the path stands under the title, elsewhere in a column, where a program finds it."""
    text, now, here, home = session.text, datetime.now().astimezone(), Path.cwd(), Path.home()
    on_terminal = session.out.is_terminal
    scoped = any(document.scope != EVERYONE for document in documents)
    grid = screen.table(
        (text("docs-id"), "right"),
        text("docs-title"),
        (text("docs-passages"), "right"),
        text("docs-age"),
        *([text("docs-scope")] if scoped else []),
        *([] if on_terminal else [text("docs-path")]),
    )
    for document in documents:
        title, path = Text(safe(document.title)), Text(short_path(document.uri, here, home), "faint")
        grid.add_row(
            str(document.id),
            Text("\n").join([title, path]) if on_terminal else title,
            f"{document.passages:,}",
            age(document.modified_at, now, session.language),
            *([document.scope] if scoped else []),
            *([] if on_terminal else [path]),
        )
    session.out.print(grid)
