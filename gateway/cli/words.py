"""How ids, times and other people's texts are written on one line."""

from datetime import timedelta
from uuid import UUID

from gateway.redaction import escape_controls

SHORT_ID_CHARACTERS = 8
EXCERPT_CHARACTERS = 80
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"))


def short_id(task_id: UUID) -> str:
    """Return the beginning of an id, enough to find it again with `crewdesk task`."""
    return str(task_id)[:SHORT_ID_CHARACTERS]


def excerpt(text: str, most: int = EXCERPT_CHARACTERS) -> str:
    """Return the beginning of a text on one line, harmless for a terminal."""
    line = escape_controls(" ".join(text.split()))
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def age(time: timedelta) -> str:
    """Return a length of time in its largest unit, such as `5 min`."""
    total = max(int(time.total_seconds()), 0)
    for size, unit in _UNITS:
        if total >= size:
            return f"{total // size} {unit}"
    return f"{total} s"


def seconds(time: timedelta) -> str:
    """Return a short length of time to the millisecond, such as `0.012 s`."""
    return f"{time.total_seconds():.3f} s"
