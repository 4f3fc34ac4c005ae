"""The language models that can be fetched by a short name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LanguagePreset:
    """A known model.

    `size` is in bytes and about what a download takes, as the hub shows it; the exact size and the sum come
    from the hub with the download. `cache_bytes_per_token` is what a token of context takes in the key-value
    cache at 16 bits: layers x 2 x heads x 128 x 2 bytes, with the layers and heads of the Qwen2.5 technical
    report (arXiv:2412.15115, table 1). `is_free` says that its licence allows every use, commercial too.
    """

    name: str
    title: str
    repository: str
    file_name: str
    size: int
    licence: str
    cache_bytes_per_token: int
    is_free: bool = True


def _qwen(size: str, mix: str, size_in_bytes: int, layers: int, heads: int) -> LanguagePreset:
    short = f"qwen2.5-{size.lower()}"
    model = f"Qwen2.5-{size}-Instruct"
    is_free = size != "3B"
    return LanguagePreset(
        name=short if mix == "Q4_K_M" else f"{short}-{mix[:2].lower()}",
        title=f"{model} ({mix})",
        # The maker's own repository has the larger ones in several files.
        repository=f"bartowski/{model}-GGUF",
        file_name=f"{model}-{mix}.gguf",
        size=size_in_bytes,
        licence="Apache-2.0" if is_free else "Qwen Research",
        cache_bytes_per_token=layers * 2 * heads * 128 * 2,
        is_free=is_free,
    )


DEFAULT = _qwen("7B", "Q4_K_M", 4_683_074_240, 28, 4)
PRESETS: tuple[LanguagePreset, ...] = (
    DEFAULT,
    _qwen("7B", "Q3_K_M", 3_810_000_000, 28, 4),
    _qwen("14B", "Q4_K_M", 8_990_000_000, 48, 8),
    _qwen("32B", "Q4_K_M", 19_900_000_000, 64, 8),
    _qwen("3B", "Q4_K_M", 1_930_000_000, 36, 2),
    _qwen("1.5B", "Q4_K_M", 986_000_000, 28, 2),
)


def preset(name: str) -> LanguagePreset | None:
    """A preset by its name, or by the name of its file, with or without its folder."""
    wanted = Path(name.strip()).name.lower()
    names = (
        {each.name, each.file_name.lower(), each.file_name.lower().removesuffix(".gguf")} for each in PRESETS
    )
    return next((each for each, known in zip(PRESETS, names, strict=True) if wanted in known), None)
