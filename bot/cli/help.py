"""Help screens and misuse, in the screen's language.

The help texts and value names in `commands.py` are keys of the message catalogue; they become sentences here,
when they are shown. So one application serves both languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from bot.cli.session import Session
from knowledge.messages import has_text

# Typer carries its own copy of Click and exports only some of its names; this is the base of those.
USAGE_ERROR: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "UsageError"
)


class Command(TyperCommand):
    """A command whose help is shown in the screen's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (Click's signature)
        show_help(self, ctx)


class Group(TyperGroup):
    """A group of commands whose help is shown in the screen's language, also when no command is given."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (Click's signature)
        show_help(self, ctx)


def show_help(command: Any, ctx: Any) -> None:
    """Write the help of a command or group to standard output."""
    session: Session = ctx.find_root().obj
    out = session.out
    root = ctx.find_root()
    out.print(Text.assemble((session.text("help-usage"), "faint"), " ", _usage(command, ctx, session)))
    for paragraph in _sentence(command.help, session).split("\n\n"):
        out.print()
        out.print(Padding(Text(paragraph), (0, 0, 0, 2), expand=False))
    if isinstance(command, TyperGroup):
        shown = [command.get_command(ctx, name) for name in command.list_commands(ctx)]
        _section(session, "help-commands", [_summary(each, session) for each in shown if each])
    own = [] if command is root.command else _parameters(command, ctx)
    arguments = [parameter for parameter in own if parameter.param_type_name == "argument"]
    options = [parameter for parameter in own if parameter.param_type_name == "option"]
    _section(session, "help-arguments", [_row(parameter, session) for parameter in arguments])
    _section(session, "help-options", [_row(parameter, session) for parameter in options])
    _section(
        session, "help-common", [_row(parameter, session) for parameter in _parameters(root.command, root)]
    )
    if has_text(f"{command.help}-examples"):
        out.print()
        out.print(Text(session.text("help-examples"), "heading"))
        for line in session.text(f"{command.help}-examples").splitlines():
            out.print(Text(f"  {line}"), soft_wrap=True)


def explain_misuse(error: Any, session: Session) -> str:
    """One sentence for a usage error, and where the help is."""
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context else "saseo"
    match type(error).__name__:
        case "NoSuchOption":
            close = ", ".join(sorted(error.possibilities or ()))
            key = "misuse-no-such-option-close" if close else "misuse-no-such-option"
            told = session.text(key, name=error.option_name, close=close)
        case "MissingParameter":
            told = session.text("misuse-missing", name=_name(error.param, session) if error.param else "")
        case "BadParameter":
            name = _name(error.param, session) if error.param else ""
            told = session.text("misuse-bad-value", name=name, detail=error.message)
        case "BadOptionUsage":
            told = session.text("misuse-option-needs-value", name=error.option_name)
        case _:
            command = getattr(context, "command", None)
            extra = re.search(r"extra argument.*\((.*)\)", error.message)
            if isinstance(command, TyperGroup) and "command" in error.message.lower():
                told = session.text(
                    "misuse-no-such-command", commands=", ".join(command.list_commands(context))
                )
            elif extra:
                told = session.text("misuse-too-much", given=extra[1])
            else:
                told = session.text("misuse-other", detail=error.message)
    return f"{told}\n{session.text('misuse-see-help', command=f'{path} --help')}"


def _usage(command: Any, ctx: Any, session: Session) -> Text:
    pieces = [ctx.command_path]
    if isinstance(command, TyperGroup):
        pieces.append(session.text("metavar-command"))
    for parameter in command.get_params(ctx):
        if parameter.param_type_name == "argument":
            name = _name(parameter, session) + ("…" if parameter.nargs == -1 else "")
            pieces.append(name if parameter.required else f"[{name}]")
    if not isinstance(command, TyperGroup):
        pieces.append(session.text("help-usage-options"))
    return Text(" ".join(pieces), "heading")


def _row(parameter: Any, session: Session) -> tuple[Text, str]:
    if parameter.param_type_name == "argument":
        return Text(_name(parameter, session), "name"), _sentence(parameter.help, session)
    names = ", ".join(sorted([*parameter.opts, *parameter.secondary_opts], key=lambda name: name.count("-")))
    value = "" if getattr(parameter, "is_flag", False) else f" {_name(parameter, session)}"
    return Text.assemble((names, "name"), value), _sentence(parameter.help, session)


def _name(parameter: Any, session: Session) -> str:
    """What stands for the parameter's value, in the screen's language."""
    written = parameter.metavar or str(parameter.name).upper()
    return _sentence(f"metavar-{written.lower()}", session, otherwise=written)


def _sentence(key: str | None, session: Session, otherwise: str | None = None) -> str:
    if key and has_text(key):
        return session.text(key)
    return (otherwise if otherwise is not None else key) or ""


def _parameters(command: Any, ctx: Any) -> list[Any]:
    """The arguments and options, without --help."""
    return [parameter for parameter in command.get_params(ctx) if "--help" not in parameter.opts]


def _summary(command: Any, session: Session) -> tuple[Text, str]:
    return Text(command.name, "name"), _sentence(command.help, session).split("\n")[0]


def _section(session: Session, key: str, rows: Sequence[tuple[Text, str]]) -> None:
    if not rows:
        return
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, meaning in rows:
        grid.add_row(name, Text(meaning))
    session.out.print()
    session.out.print(Text(session.text(key), "heading"))
    session.out.print(Padding(grid, (0, 0, 0, 2), expand=False))
