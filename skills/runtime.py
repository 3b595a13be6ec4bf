"""What a running skill is given besides its parameters."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skills.http import HttpClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What a skill may use: the guarded HTTP client, its folders, its settings, and a log.

    `http` serves `async def execute`. `settings` and `secrets` hold those that the skill declares
    and that have a value. `log` and everything printed are kept in part, and shown when the skill
    fails.
    """

    http: HttpClient
    state_dir: Path
    work_dir: Path
    log: logging.Logger
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
