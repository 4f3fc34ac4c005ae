"""The command line `saseo`: a module per command, which imports what is heavy when it is needed."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from bot.cli.arguments import hoist
from bot.cli.language import screen_language
from bot.cli.session import Doors, Session


def main(arguments: Sequence[str] | None = None, *, doors: Doors | None = None) -> int:
    """Run one command and return the exit code: 0 done, 1 failed, 2 misused, 130 interrupted.

    Whatever goes wrong is told in one clear sentence on standard error (with `--json`, as `{"error": ...}` on
    standard output); `--verbose` adds the traceback, which the log has anyway.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = hoist(sys.argv[1:] if arguments is None else arguments)
    session = _session(given, doors or Doors())
    # Libraries read these when they are imported: no run ever asks a model hub by accident.
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS"):
        os.environ.setdefault(name, "1")
    try:
        return _run(given, session)
    except KeyboardInterrupt:
        return _interrupted(session)
    except BrokenPipeError:
        # The reader (`| head`) has enough; Python must not complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001
        return _interrupted(session) if _is_interruption(error) else _report(error, session)


def _is_interruption(error: Exception) -> bool:
    """Whether this is what pydantic makes of a Ctrl-C while it builds the settings' model."""
    return type(error).__name__ == "SchemaError" and KeyboardInterrupt.__name__ in str(error)


def _interrupted(session: Session) -> int:
    session.say("cli-interrupted", style="faint")
    return 130


def _session(arguments: list[str], doors: Doors) -> Session:
    from bot.cli.screen import consoles

    env_file = next((value for name, value in pairwise(arguments) if name == "--env-file"), ".env")
    out, err = consoles()
    session = Session(screen_language(arguments, os.environ, Path(env_file)), out, err, doors)
    session.verbose = "--verbose" in arguments or "-v" in arguments
    session.as_json = "--json" in arguments
    return session


def _run(arguments: list[str], session: Session) -> int:
    from bot.cli.commands import application
    from bot.cli.help import USAGE_ERROR, explain_misuse

    try:
        code = application().main(arguments, prog_name="saseo", standalone_mode=False, obj=session)
    except USAGE_ERROR as error:
        _fail(session, explain_misuse(error, session), "usage")
        return 2
    return code if isinstance(code, int) else 0


def _report(error: Exception, session: Session) -> int:
    from knowledge.errors import SaseoError
    from knowledge.messages import describe

    if session.verbose:
        session.err.file.write("".join(traceback.format_exception(error)))
    if isinstance(error, SaseoError):
        _fail(session, describe(error, session.language), error.key, _details(error, session))
    elif session.log_file:
        from bot.logs import record_incident

        incident = record_incident(error)
        _fail(session, session.text("cli-unexpected", incident=incident, log=session.log_file), "unexpected")
    else:
        kind = type(error).__name__
        _fail(session, session.text("cli-unexpected-early", error=kind, detail=error), "unexpected")
    return 1


def _details(error: Exception, session: Session) -> list[str]:
    """Each of the settings that can't be used."""
    if (problems := getattr(error, "problems", None)) is None:
        return []
    from bot.settings.hints import describe_problem

    return [describe_problem(problem, session.language) for problem in problems]


def _fail(session: Session, message: str, kind: str, details: Sequence[str] = ()) -> None:
    from rich.text import Text

    from bot.cli.screen import indented

    if session.as_json:
        session.show_json({"error": {"kind": kind, "message": "\n".join([message, *details])}})
        return
    session.err.print(Text(message, style="bad"))
    for detail in details:
        session.err.print(indented(detail))
