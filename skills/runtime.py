"""What a running skill is given besides its parameters."""

import logging
from dataclasses import dataclass
from pathlib import Path

from skills.http import HttpClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What a skill may use: the guarded HTTP client, its two folders, and a log.

    `http` serves `async def execute`. `log` and everything printed are kept in part, and shown
    when the skill fails.
    """

    http: HttpClient
    state_dir: Path
    work_dir: Path
    log: logging.Logger
