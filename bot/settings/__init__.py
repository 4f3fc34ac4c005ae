"""The settings: read once, typed, frozen, and told of in words where they are wrong."""

from __future__ import annotations

from bot.settings.model import ENV_FILE, InvalidSettings, Loaded, Settings, load_settings

__all__ = ["ENV_FILE", "InvalidSettings", "Loaded", "Settings", "load_settings"]
