"""What a person is told about a wrong setting: its name, what was read, where, and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from knowledge.messages import text
from knowledge.types import Language

Place = Literal["environment", "file", "command", "default"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is allowed: the key of a message and its parameters."""

    key: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One setting that can't be used.

    `value` is what was read, empty when there is none or when it is a secret. `path` and `line` tell where in
    the file, if `place` is a file.
    """

    name: str
    value: str
    place: Place
    path: str = ""
    line: int = 0
    rule: Rule = Rule("setting-allowed-text")


_RULES = {
    "refresh_schedule": Rule("setting-allowed-schedule"),
    "embeddings_device": Rule("setting-allowed-device"),
    "embeddings_model": Rule("setting-allowed-text"),
    "milvus_collection_name": Rule("setting-allowed-collection"),
    "milvus_database": Rule("setting-allowed-collection"),
    "milvus_index_params": Rule("setting-allowed-parameters"),
    "milvus_search_params": Rule("setting-allowed-parameters"),
    "catalog_url": Rule("setting-allowed-database"),
    "stale_after": Rule("setting-allowed-days"),
    "allow_urls": Rule("setting-allowed-hosts"),
    "shared_folders": Rule("setting-allowed-folders"),
    "discord_gateway_url": Rule("setting-allowed-url", {"schemes": "ws://, wss://"}),
    "slack_api_base_url": Rule("setting-allowed-url", {"schemes": "http://, https://"}),
    "discord_api_base_url": Rule("setting-allowed-url", {"schemes": "http://, https://"}),
    "llm_base_url": Rule("setting-allowed-url", {"schemes": "http://, https://"}),
}


def allowed(model: type[BaseModel], name: str) -> Rule:
    """What the field `name` accepts, from its type and limits."""
    info = model.model_fields[name]
    kind = _bare(info.annotation)
    if name in _RULES:
        return _RULES[name]
    if get_origin(kind) is Literal:
        return Rule(
            "setting-allowed-choice",
            {"choices": ", ".join(str(choice) for choice in get_args(kind) if choice)},
        )
    if kind in (int, float):
        low, high = _limits(info)
        return Rule(
            f"setting-allowed-{'integer' if kind is int else 'number'}", {"low": str(low), "high": str(high)}
        )
    return Rule("setting-allowed-text")


def is_secret(model: type[BaseModel], name: str) -> bool:
    """Whether the field's value must never be shown."""
    return _bare(model.model_fields[name].annotation) is SecretStr


def describe_problem(problem: SettingProblem, language: Language) -> str:
    """One sentence or two: the variable, what was read and where, and what is allowed."""
    where = text(f"setting-place-{problem.place}", language, path=problem.path, line=str(problem.line))
    rule = text(problem.rule.key, language, **problem.rule.parameters)
    key = "setting-wrong" if problem.value else "setting-wrong-unseen"
    return text(key, language, name=problem.name, value=problem.value, where=where, rule=rule)


def _bare(annotation: Any) -> Any:
    """The type without Annotated and Optional."""
    arguments = get_args(annotation)
    if hasattr(annotation, "__metadata__") or (arguments and type(None) in arguments):
        return _bare(next(argument for argument in arguments if argument is not type(None)))
    return annotation


def _limits(info: FieldInfo) -> tuple[float | None, float | None]:
    low = next((limit.ge for limit in info.metadata if isinstance(limit, annotated_types.Ge)), None)
    high = next((limit.le for limit in info.metadata if isinstance(limit, annotated_types.Le)), None)
    return low, high  # type: ignore[return-value]
