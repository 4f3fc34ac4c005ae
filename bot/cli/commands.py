"""The commands and their options. What they do is in a module for each, imported when it is wanted.

Help texts and metavars are keys of the message catalogue; see `help.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.help import Command, Group
from bot.cli.session import Session

Json = Annotated[bool, typer.Option("--json", help="help-opt-json")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="help-opt-yes")]
Scopes = Annotated[list[str] | None, typer.Option("--scope", metavar="SCOPE", help="help-opt-scope")]
QuestionWords = Annotated[
    list[str], typer.Argument(metavar="QUESTION", help="help-arg-question", show_default=False)
]

_NAMES = {"help_option_names": ["--help", "-h"]}
_app = typer.Typer(
    cls=Group,
    add_completion=False,
    help="help-saseo",
    context_settings=_NAMES,
    pretty_exceptions_enable=False,
)
_docs = typer.Typer(cls=Group, help="help-docs", context_settings=_NAMES)
_feedback = typer.Typer(cls=Group, help="help-feedback", context_settings=_NAMES)
_llm = typer.Typer(cls=Group, help="help-llm", context_settings=_NAMES)
_models = typer.Typer(cls=Group, help="help-models", context_settings=_NAMES)


def application() -> typer.core.TyperGroup:
    """The whole command line. Its context's `obj` is the Session."""
    command = typer.main.get_command(_app)
    assert isinstance(command, Group)  # noqa: S101
    return command


@_app.callback(invoke_without_command=True)
def _common(
    ctx: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="help-opt-data-dir")] = None,
    env_file: Annotated[Path | None, typer.Option(metavar="FILE", help="help-opt-env-file")] = None,
    lang: Annotated[Literal["ko", "en"] | None, typer.Option(metavar="ko|en", help="help-opt-lang")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="help-opt-verbose")] = False,
) -> None:
    session: Session = ctx.obj
    session.data_dir = Path.cwd() / data_dir if data_dir else None
    session.env_file = env_file
    session.verbose = verbose
    session.answer_language = lang
    _help_without_command(ctx)


@_docs.callback(invoke_without_command=True)
@_feedback.callback(invoke_without_command=True)
@_llm.callback(invoke_without_command=True)
@_models.callback(invoke_without_command=True)
def _help_without_command(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@_app.command("run", cls=Command, help="help-run")
def _run(
    ctx: typer.Context,
    sample: Annotated[Path | None, typer.Option(metavar="FOLDER", help="help-opt-sample")] = None,
) -> None:
    from bot.cli.run import run as start

    start(ctx.obj, sample)


@_app.command("chat", cls=Command, help="help-chat")
def _chat(ctx: typer.Context, scope: Scopes = None) -> None:
    from bot.cli.chat import chat as start

    start(ctx.obj, scope or [])


@_app.command("ask", cls=Command, help="help-ask")
def _ask(
    ctx: typer.Context,
    question: QuestionWords,
    scope: Scopes = None,
    own_model: Annotated[bool, typer.Option("--model", help="help-opt-own-model")] = False,
    as_json: Json = False,
) -> None:
    from bot.cli.ask import ask as start

    start(ctx.obj, " ".join(question), scope or [], own_model=own_model, as_json=as_json)


@_app.command("index", cls=Command, help="help-index")
def _index(
    ctx: typer.Context,
    folder: Annotated[list[str] | None, typer.Argument(metavar="INDEXED", help="help-arg-folder")] = None,
    scope: Annotated[str | None, typer.Option(metavar="SCOPE", help="help-opt-index-scope")] = None,
    forget_missing: Annotated[bool, typer.Option("--forget-missing", help="help-opt-forget-missing")] = False,
    to: Annotated[
        Literal["faiss", "milvus"] | None, typer.Option(metavar="STORE", help="help-opt-to")
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="help-opt-repair")] = False,
    as_json: Json = False,
) -> None:
    from bot.cli import index as command

    if folder == ["rebuild"]:
        command.rebuild(ctx.obj, as_json=as_json)
    elif folder == ["check"]:
        command.check(ctx.obj, repair=repair, as_json=as_json)
    elif folder == ["copy"]:
        command.copy(ctx.obj, to or "", as_json=as_json)
    else:
        command.index(ctx.obj, folder or [], scope, forget_missing=forget_missing, as_json=as_json)


@_docs.command("list", cls=Command, help="help-docs-list")
def _docs_list(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="DOCUMENT", help="help-arg-filter")] = "",
    as_json: Json = False,
) -> None:
    from bot.cli import docs

    docs.show_list(ctx.obj, text, as_json=as_json)


@_docs.command("show", cls=Command, help="help-docs-show")
def _docs_show(
    ctx: typer.Context,
    document: Annotated[
        str, typer.Argument(metavar="DOCUMENT", help="help-arg-document", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    from bot.cli import docs

    docs.show_one(ctx.obj, document, as_json=as_json)


@_feedback.command("export", cls=Command, help="help-feedback-export")
def _feedback_export(ctx: typer.Context) -> None:
    from bot.cli import feedback

    feedback.export(ctx.obj)


@_docs.command("add", cls=Command, help="help-docs-add")
def _docs_add(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="help-arg-add", show_default=False)],
    scope: Annotated[str, typer.Option(metavar="SCOPE", help="help-opt-add-scope")] = "everyone",
    as_json: Json = False,
) -> None:
    from bot.cli import docs

    docs.add(ctx.obj, files, scope, as_json=as_json)


@_docs.command("remove", cls=Command, help="help-docs-remove")
def _docs_remove(
    ctx: typer.Context,
    document: Annotated[
        str, typer.Argument(metavar="DOCUMENT", help="help-arg-document", show_default=False)
    ],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    from bot.cli import docs

    docs.remove(ctx.obj, document, yes=yes, as_json=as_json)


@_app.command("search", cls=Command, help="help-search")
def _search(
    ctx: typer.Context,
    question: QuestionWords,
    explain: Annotated[bool, typer.Option("--explain", help="help-opt-explain")] = False,
    scope: Scopes = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="help-opt-limit")] = 10,
    as_json: Json = False,
) -> None:
    from bot.cli.search import search as start

    start(ctx.obj, " ".join(question), scope or [], limit, explain=explain, as_json=as_json)


@_app.command("eval", cls=Command, help="help-eval")
def _evaluate(
    ctx: typer.Context,
    corpus: Annotated[Path, typer.Option(metavar="FOLDER", help="help-opt-corpus", show_default=False)],
    embedder: Annotated[str | None, typer.Option(metavar="MODEL", help="help-opt-embedder")] = None,
    limit_queries: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="help-opt-limit-queries")
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="help-opt-plot")] = None,
    as_json: Json = False,
) -> None:
    from bot.cli.evaluate import evaluate as start

    start(ctx.obj, corpus, embedder=embedder, limit=limit_queries, plot=plot, as_json=as_json)


@_app.command("backup", cls=Command, help="help-backup")
def _backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="help-arg-backup", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="help-opt-force-backup")] = False,
    as_json: Json = False,
) -> None:
    from bot.cli import backup as command

    command.backup(ctx.obj, file, force=force, as_json=as_json)


@_app.command("restore", cls=Command, help="help-restore")
def _restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="help-arg-restore", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="help-opt-force-restore")] = False,
    as_json: Json = False,
) -> None:
    from bot.cli import backup as command

    command.restore(ctx.obj, file, force=force, as_json=as_json)


@_app.command("doctor", cls=Command, help="help-doctor")
def _doctor(ctx: typer.Context, as_json: Json = False) -> None:
    from bot.cli.doctor import doctor as start

    start(ctx.obj, as_json=as_json)


@_llm.command("serve", cls=Command, help="help-llm-serve")
def _llm_serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(metavar="HOST", help="help-opt-host")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="help-opt-port")] = 8080,
    socket: Annotated[Path | None, typer.Option(metavar="FILE", help="help-opt-socket")] = None,
) -> None:
    from bot.cli.llm import serve

    serve(ctx.obj, host, port, socket)


@_llm.command("bench", cls=Command, help="help-llm-bench")
def _llm_bench(
    ctx: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="help-opt-quick")] = False,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="help-opt-plot")] = None,
    as_json: Json = False,
) -> None:
    from bot.cli.bench import bench

    bench(ctx.obj, quick=quick, plot=plot, as_json=as_json)


@_models.command("list", cls=Command, help="help-models-list")
def _models_list(ctx: typer.Context, as_json: Json = False) -> None:
    from bot.cli.models import listing

    listing.show_list(ctx.obj, as_json=as_json)


@_models.command("download", cls=Command, help="help-models-download")
def _models_download(
    ctx: typer.Context,
    model: Annotated[
        list[str], typer.Argument(metavar="MODEL", help="help-arg-download", show_default=False)
    ],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    from bot.cli.models import download

    download.download(ctx.obj, model, yes=yes, as_json=as_json)


@_models.command("add", cls=Command, help="help-models-add")
def _models_add(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="help-arg-model-file", show_default=False)],
    move: Annotated[bool, typer.Option("--move", help="help-opt-move")] = False,
    as_json: Json = False,
) -> None:
    from bot.cli.models import bring

    bring.add(ctx.obj, file, move=move, as_json=as_json)


@_models.command("verify", cls=Command, help="help-models-verify")
def _models_verify(
    ctx: typer.Context,
    model: Annotated[list[str] | None, typer.Argument(metavar="MODEL", help="help-arg-verify")] = None,
    as_json: Json = False,
) -> None:
    from bot.cli.models import verify

    verify.verify(ctx.obj, model or [], as_json=as_json)


@_models.command("test", cls=Command, help="help-models-test")
def _models_test(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="help-arg-test", show_default=False)] = "",
    as_json: Json = False,
) -> None:
    from bot.cli.models import trial

    trial.test(ctx.obj, model, as_json=as_json)


@_models.command("use", cls=Command, help="help-models-use")
def _models_use(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="help-arg-use", show_default=False)],
    as_json: Json = False,
) -> None:
    from bot.cli.models import use

    use.use(ctx.obj, model, as_json=as_json)


_app.add_typer(_docs, name="docs")
_app.add_typer(_feedback, name="feedback")
_app.add_typer(_llm, name="llm")
_app.add_typer(_models, name="models")
