"""Strangers' files are read in a child process: what they do to it costs that file an error, no more.

What holds where, for each document:

- A deadline on the wall clock: the child is killed, and by its own alarm if the parent is gone.
- Processor time: `RLIMIT_CPU`.
- Memory: the resident size is watched, several times a second. On Linux `RLIMIT_DATA` and `RLIMIT_AS` too.
  Here it is bounded by `Limits.characters` and `Limits.pieces`.
- Recursion: Python's own limit, and `RLIMIT_STACK`.
- What comes back: the child refuses to send too much, and the parent to take it.
- No network, no other program, no signal to others, no file written: on Linux (x86-64 and 64-bit ARM) a
  seccomp filter, by which the kernel refuses it also to a parser that was taken over. Elsewhere Python's
  audit hook, which such a parser gets around. `RLIMIT_FSIZE` is 0 everywhere.
- No other file is read: on Linux with Landlock (5.13 and later) the kernel opens the child's libraries to it
  and nothing else, so that a parser that was taken over finds no other document and no token. Elsewhere it
  can read what the account can.
- No secret of the bot's environment: the child gets none of it. (Without Landlock a parser that was taken
  over can look for it in `/proc`.)
- No document of another group (of a shared folder with another scope, of another upload): each group has
  children of its own, so that a parser that was taken over by one can't put another's text into it.

A child is started anew (not forked: locks and models of the bot stay out of it), reads many documents, and
is replaced after `Limits.documents`, and whenever one goes wrong. Results come back as JSON and are checked
like a stranger's word (`wire.py`); nothing that the child sends is ever executed or unpickled. All formats
go this way, the plain ones too: a round trip costs far less than analysing the text that comes back, and
there is no list of exceptions to be wrong about.
"""

from __future__ import annotations

from knowledge.parsing.sandbox import landlock, seccomp
from knowledge.parsing.sandbox.limits import Limits
from knowledge.parsing.sandbox.parent import Sandbox

__all__ = ["Limits", "Sandbox", "absent"]


def absent() -> list[str]:
    """What this machine's kernel lacks of the above: `seccomp`, `Landlock`, or nothing."""
    found = {"seccomp": seccomp.is_supported(), "Landlock": landlock.is_supported()}
    return [name for name, is_there in found.items() if not is_there]
