"""A place as plain values, in the catalog and in the JSON of the commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from knowledge.types import Place


def place_as_dict(place: Place) -> dict[str, Any]:
    """What is known of a place, by the names of its fields."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(place).items()
        if value
    }


def place_from_dict(values: Mapping[str, Any]) -> Place:
    """The place of `place_as_dict`."""
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return Place(**known)
