"""The settings: one typed, frozen value, read once from the environment and an `.env` file.

The environment wins over the file, and the command line over both. A relative path in a setting counts from
the folder of the `.env` file that was read, or from the current folder when there is none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.envfile import EnvFile, Misspelling, misspellings, read_env_file
from bot.freshness.timing import is_schedule
from bot.machine import available_cpus
from bot.settings.hints import Place, Rule, SettingProblem, allowed, is_secret
from knowledge.errors import InvalidInput
from knowledge.sources.options import parse_days
from knowledge.sources.web.permitted import Permitted

ENV_FILE = ".env"


def _url(*schemes: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        parts = urlsplit(text)
        if text and (parts.scheme not in schemes or not parts.hostname):
            raise ValueError(text)
        return text

    return check


def _database(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    parts = urlsplit(text)
    if text and (parts.scheme not in ("postgresql", "postgresql+psycopg") or not parts.path[1:]):
        raise ValueError(parts.scheme)
    return url


def _schedule(text: str) -> str:
    if not is_schedule(text):
        raise ValueError(text)
    return text.strip().lower()


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _comma_separated(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _hosts(value: object) -> object:
    """Hosts that pages may be fetched from: `on` for any public one, `off` for none."""
    words = {"on": "*", "true": "*", "off": "", "false": ""}
    value = words.get(value.strip().lower(), value) if isinstance(value, str) else value
    patterns = _comma_separated(value)
    Permitted(patterns if isinstance(patterns, tuple) else ())
    return patterns


def _days(value: object) -> object:
    return None if value in (None, "", "off") else parse_days(value)


def _named_numbers(value: object) -> object:
    """`M=32, efConstruction=400` as pairs."""
    if not isinstance(value, str):
        return value
    pairs = (part.split("=", 1) for part in value.split(",") if part.strip())
    return tuple((name.strip(), int(number)) for name, number in pairs)


def _threads(wanted: int) -> int:
    return min(wanted, available_cpus())


Switch = Annotated[Literal["on", "off"], BeforeValidator(_lower)]
HttpUrl = Annotated[str, AfterValidator(_url("http", "https"))]
# NAME=NUMBER, parted by commas: M=32,efConstruction=400
Parameters = Annotated[tuple[tuple[str, int], ...], NoDecode, BeforeValidator(_named_numbers)]
WebSocketUrl = Annotated[str, AfterValidator(_url("ws", "wss"))]


class Settings(BaseSettings):
    """Every setting, by its environment name in lower case. `.env.example` says what each one does."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, validate_default=True
    )

    llm_provider: Annotated[Literal["local", "openai"], BeforeValidator(_lower)] = "local"
    llm_model_path: Path = Path("scripts/models/qwen2.5-gguf/Qwen2.5-7B-Instruct-Q4_K_M.gguf")
    llm_context_size: int = Field(32768, ge=512, le=1_048_576)
    llm_threads: Annotated[int, Field(ge=1, le=1024), AfterValidator(_threads)] = 8
    llm_temperature: float = Field(0.7, ge=0, le=2)
    llm_max_tokens: int = Field(512, ge=16, le=32768)
    llm_question_size: int = Field(8192, ge=512, le=1_048_576)
    llm_top_p: float = Field(0.9, ge=0.01, le=1)
    llm_repetition_penalty: float = Field(1.05, ge=1, le=2)
    llm_seed: int | None = Field(None, ge=0, le=4_294_967_295)
    llm_deadline: int = Field(300, ge=5, le=3600)
    llm_parallel: int = Field(8, ge=1, le=64)
    llm_queue_limit: int = Field(64, ge=1, le=10_000)
    llm_batch_size: int = Field(512, ge=32, le=8192)
    llm_flash_attention: Switch = "on"
    llm_kv_type: Annotated[Literal["f16", "q8_0"], BeforeValidator(_lower)] = "f16"
    llm_prompt_lookup: Switch = "on"
    llm_gpu_layers: int = Field(0, ge=-1, le=1000)
    llm_base_url: HttpUrl = ""
    llm_model: str = ""
    llm_api_key: SecretStr = SecretStr("")

    embeddings_provider: Annotated[Literal["local", "none"], BeforeValidator(_lower)] = "local"
    embeddings_model: str = Field("sentence-transformers/paraphrase-multilingual-mpnet-base-v2", min_length=1)
    embeddings_device: Annotated[str, BeforeValidator(_lower), Field(pattern=r"^(cpu|mps|cuda(:\d+)?)$")] = (
        "cpu"
    )

    vector_store: Annotated[Literal["faiss", "milvus"], BeforeValidator(_lower)] = "faiss"
    milvus_host: str = Field("localhost", min_length=1)
    milvus_port: int = Field(19530, ge=1, le=65535)
    milvus_collection_name: str = Field("documents", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,199}$")
    milvus_user: str = ""
    milvus_password: SecretStr = SecretStr("")
    milvus_token: SecretStr = SecretStr("")
    milvus_database: str = Field("", pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,254})?$")
    milvus_tls: Annotated[Literal["off", "on"], BeforeValidator(_lower)] = "off"
    milvus_tls_ca: Path | None = None
    milvus_tls_certificate: Path | None = None
    milvus_tls_key: Path | None = None
    milvus_tls_server_name: str = ""
    milvus_consistency_level: Annotated[
        Literal["session", "strong", "bounded", "eventually"], BeforeValidator(_lower)
    ] = "session"
    milvus_index_type: Annotated[Literal["auto", "flat", "hnsw", "ivf_flat"], BeforeValidator(_lower)] = (
        "auto"
    )
    milvus_index_params: Parameters = ()
    milvus_search_params: Parameters = ()
    milvus_timeout: int = Field(10, ge=1, le=600)

    data_dir: Path = Path("data")
    catalog_url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr("")
    shared_folders: str = ""
    folders_file: Path = Path("folders.toml")
    refresh_schedule: Annotated[str, AfterValidator(_schedule)] = "*/15 * * * *"
    watch_folders: Switch = "on"
    stale_after: Annotated[int | None, BeforeValidator(_days)] = None
    allow_urls: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)] = ()
    ocr_command: str = "tesseract"
    parse_seconds: float = Field(120, gt=0, le=3600)
    parse_memory_mb: int = Field(1024, ge=256, le=65536)
    parse_characters: int = Field(20_000_000, ge=1000, le=200_000_000)
    user_dictionary: Path | None = None
    answer_threshold: float | None = Field(None, ge=0, le=1)

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_mode: Annotated[Literal["", "socket", "http"], BeforeValidator(_lower)] = ""
    slack_api_base_url: HttpUrl = "https://slack.com/api/"
    discord_bot_token: SecretStr = SecretStr("")
    discord_api_base_url: HttpUrl = "https://discord.com/api/v10"
    discord_gateway_url: WebSocketUrl = "wss://gateway.discord.gg/"
    discord_member_roles: Annotated[
        tuple[Annotated[str, Field(pattern=r"^\d{1,20}$")], ...], NoDecode, BeforeValidator(_comma_separated)
    ] = ()
    trust_guests: Switch = "off"
    answer_bots: Switch = "off"
    bot_admins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)] = ()

    http_host: str = Field("127.0.0.1", min_length=1)
    http_port: int | None = Field(None, ge=1, le=65535)
    shutdown_seconds: float = Field(20, ge=0, le=600)

    saseo_lang: Annotated[Literal["", "ko", "en"], BeforeValidator(_lower)] = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = "console"

    @property
    def slack_over_http(self) -> bool:
        """Slack is to send its requests: so it is said, or there is a signing secret and no app token."""
        if self.slack_mode:
            return self.slack_mode == "http"
        return bool(
            self.slack_signing_secret.get_secret_value() and not self.slack_app_token.get_secret_value()
        )


class InvalidSettings(InvalidInput):
    """Settings that can't be used, all at once. Parameters: count, names; `problems` has the details."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        self.problems = problems
        names = dict.fromkeys(problem.name for problem in problems)
        super().__init__(count=len(problems), names=", ".join(names))


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and what a person should hear about the file that they came from.

    `base` is the folder that relative paths count from. `env_file` is None when there is none.
    """

    settings: Settings
    base: Path
    env_file: Path | None
    misspelt: tuple[Misspelling, ...] = ()
    unreadable_lines: tuple[int, ...] = ()


def load_settings(env_file: Path | None = None, *, folder: Path | None = None, **overrides: object) -> Loaded:
    """Read the settings.

    `env_file` is the file to read; without one, `.env` in `folder` (the current one by default) if it is
    there. `overrides` are values by field name, from the command line; None overrides nothing.

    Raises:
        InvalidSettings: one or more values can't be used, or the file can't be read.
    """
    folder = (folder or Path.cwd()).absolute()
    file = _read(env_file, folder)
    base = file.path.parent if file else folder
    overrides = {name: value for name, value in overrides.items() if value is not None}
    from_environment = {name.lower() for name, value in os.environ.items() if value}
    from_file = {
        entry.name.lower(): entry
        for entry in (file.entries if file else ())
        if entry.value and entry.name.lower() in Settings.model_fields
    }
    given = {
        name: entry.value for name, entry in from_file.items() if name not in from_environment
    } | overrides

    def problem(name: str, value: object, rule: Rule | None = None) -> SettingProblem:
        place: Place = "default"
        if name in overrides:
            place = "command"
        elif name in from_environment:
            place = "environment"
        elif name in from_file:
            place = "file"
        where = (str(file.path), from_file[name].line) if file and place == "file" else ("", 0)
        shown = "" if is_secret(Settings, name) else str(value)
        return SettingProblem(name.upper(), shown, place, *where, rule or allowed(Settings, name))

    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise InvalidSettings(
            tuple(problem(str(found["loc"][0]), found["input"]) for found in error.errors())
        ) from None
    settings = _with_absolute_paths(settings, base, overrides)
    if contradictions := _contradictions(settings):
        raise InvalidSettings(tuple(problem(*found) for found in contradictions))
    return Loaded(
        settings,
        base,
        file.path if file else None,
        misspellings(file, (name.upper() for name in Settings.model_fields)) if file else (),
        file.unreadable_lines if file else (),
    )


def _read(env_file: Path | None, folder: Path) -> EnvFile | None:
    path = folder / env_file if env_file else folder / ENV_FILE
    if env_file is None and not path.is_file():
        return None
    try:
        return read_env_file(path)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        name = "--env-file" if env_file else ENV_FILE
        raise InvalidSettings(
            (
                SettingProblem(
                    name, str(path), "command", rule=Rule("setting-allowed-env-file", {"detail": detail})
                ),
            )
        ) from error


def _contradictions(settings: Settings) -> list[tuple[str, object, Rule]]:
    """Values that are wrong beside others, or here: name, value, and the rule that is broken."""
    found: list[tuple[str, object, Rule]] = []
    if settings.llm_provider == "openai":
        rule = Rule("setting-allowed-needed-by", {"other": "LLM_PROVIDER=openai"})
        found += [(name, "", rule) for name in ("llm_base_url", "llm_model") if not getattr(settings, name)]
    if settings.milvus_tls_certificate and not (settings.milvus_tls_key and settings.milvus_tls_ca):
        rule = Rule("setting-allowed-needed-by", {"other": "MILVUS_TLS_CERTIFICATE"})
        found += [
            (name, "", rule) for name in ("milvus_tls_key", "milvus_tls_ca") if not getattr(settings, name)
        ]
    for name in ("milvus_tls_ca", "milvus_tls_certificate", "milvus_tls_key"):
        if (file := getattr(settings, name)) and not file.is_file():
            found.append((name, file, Rule("setting-allowed-file")))
    for name in ("llm_context_size", "llm_question_size"):
        if settings.llm_max_tokens >= getattr(settings, name):
            other = f"{name.upper()}={getattr(settings, name)}"
            rule = Rule("setting-allowed-less-than", {"other": other})
            found.append(("llm_max_tokens", settings.llm_max_tokens, rule))
            break
    if settings.llm_kv_type == "q8_0" and settings.llm_flash_attention == "off":
        rule = Rule("setting-allowed-needed-by", {"other": "LLM_KV_TYPE=q8_0"})
        found.append(("llm_flash_attention", settings.llm_flash_attention, rule))
    if settings.user_dictionary and not settings.user_dictionary.is_file():
        found.append(("user_dictionary", settings.user_dictionary, Rule("setting-allowed-file")))
    return found


def _with_absolute_paths(settings: Settings, base: Path, overrides: Mapping[str, object]) -> Settings:
    def absolute(path: Path, start: Path) -> Path:
        return Path(os.path.normpath(start / path.expanduser()))

    paths: dict[str, object] = {
        name: absolute(value, Path.cwd() if name in overrides else base)
        for name in Settings.model_fields
        if isinstance(value := getattr(settings, name), Path)
    }
    parts = [part.strip() for part in settings.shared_folders.split(";") if part.strip()]
    paths["shared_folders"] = ";".join(
        part if part.startswith(("/", "~", "=")) else f"{base}/{part}" for part in parts
    )
    # A model may be named by its folder; a hub's name such as `BAAI/bge-m3` stays as it is.
    if (local := absolute(Path(settings.embeddings_model), base)).is_dir():
        paths["embeddings_model"] = str(local)
    return settings.model_copy(update=paths)
