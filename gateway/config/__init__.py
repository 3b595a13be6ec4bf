"""The settings: what can be set, where it is read from, and what is wrong with it.

`load_settings` is the one reader of `crewdesk.yaml` and the environment.
"""

from gateway.config.load import load_settings
from gateway.config.sections import HttpSettings, LogSettings, ModelSettings
from gateway.config.settings import Settings

__all__ = ["HttpSettings", "LogSettings", "ModelSettings", "Settings", "load_settings"]
