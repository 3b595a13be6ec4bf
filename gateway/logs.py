"""Sets up the log: structlog and the standard library's, one form, no secrets."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from gateway.config import LogSettings
from gateway.config.sections import LogFormat
from gateway.redaction import MASK, Redactor, escape_controls

# Their info lines repeat ours, and some name URLs with tokens in them.
_CHATTY_LIBRARIES = (
    "aiogram",
    "aiohttp",
    "aiosqlite",
    "apscheduler",
    "asyncio",
    "dingtalk_stream",
    "docker",
    "httpcore2",
    "httpx2",
    "openai",
    "slack_bolt",
    "slack_sdk",
    "tortoise",
    "urllib3",
)
# Written by the processors, over what a caller gave.
_OURS = frozenset({"timestamp", "level", "logger"})
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:token|secret|password|authorization|api_?key|cookie)$", re.IGNORECASE
)


def configure(
    settings: LogSettings, *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send every log line to `stream`, standard error by default; may be called again.

    `secrets` are masked wherever they appear, besides whatever looks like a token.
    """
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(settings.format, Redactor(secrets), stream))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in _CHATTY_LIBRARIES:
        logging.getLogger(library).setLevel(max(level, logging.WARNING))


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]


def _formatter(
    log_format: LogFormat, redactor: Redactor, stream: TextIO
) -> structlog.stdlib.ProcessorFormatter:
    renderer: Processor
    if log_format is LogFormat.JSON:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_shared_processors()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _Cleaner(redactor),
            renderer,
        ],
    )


class _Cleaner:
    """The last processor before a line is written: masks secrets, escapes control characters.

    A traceback keeps its lines on the console; JSON escapes them by itself.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redact = redactor

    # Any: structlog's own type of an event.
    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> EventDict:
        return {
            key: value if key in _OURS else self._clean(key, value) for key, value in event.items()
        }

    def _clean(self, key: str, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if _SECRET_NAME.search(key):
            return MASK
        if isinstance(value, Mapping):
            return {str(name): self._clean(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(key, item) for item in value]
        text = value if isinstance(value, str) else str(value)
        return escape_controls(self._redact(text), keep_lines=key in {"exception", "stack"})
