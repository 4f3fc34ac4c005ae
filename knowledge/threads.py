"""The one bridge from async code to the plain functions that do the work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def run_blocking(function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run a blocking function in a worker thread, so that the event loop goes on."""
    return await asyncio.to_thread(function, *args, **kwargs)
