"""From a document's text to passages and their analysis, beside the librarian rather than in it.

Cutting and analysing is Python for the most part, and Python runs one thread at a time: in the bot's own
process every question would wait for it, each time that it gives the interpreter's lock away. So a run of any
size has a process of its own for it, which the system lets run behind everyone else's, and which ends with
the run. What takes only a moment (a file or two that changed) is done in this process, where Kiwi is loaded.

The process is ours and reads only text that has come through the sandbox; but Kiwi is native code, and text
is strangers'. So whatever becomes of it costs a second try, and of its answers only plain values and our own
frozen dataclasses are taken (`wire.py`).
"""

from __future__ import annotations

from knowledge.preparing.parent import Preparing
from knowledge.preparing.work import Prepared, prepared, recipe

__all__ = ["Prepared", "Preparing", "prepared", "recipe"]
