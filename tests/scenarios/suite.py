"""The scenarios that every platform passes, each for what it declares.

A platform's tests subclass `Scenarios` and say how to make a `Stage`. Everything goes through the platform's
real SDK to a local server that speaks its protocol.
"""

from __future__ import annotations

from tests.scenarios.acting import Acting
from tests.scenarios.asking import Asking
from tests.scenarios.showing import Showing
from tests.scenarios.trouble import Trouble


class Scenarios(Asking, Acting, Showing, Trouble):
    """One question, one answer, for the right people, whatever happens."""
