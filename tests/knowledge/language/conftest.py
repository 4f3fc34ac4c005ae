from __future__ import annotations

import pytest

from knowledge.language import Analyzer


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    """One for all tests: Kiwi takes more than a second to load."""
    return Analyzer(workers=1)
