"""What the service may fail with; the class says what the caller may do.

GatewayError
├── SettingsError              a person must change a setting; every line says what
├── StartupError               the gateway cannot start; one line says why and what to do
├── StoreError
│   ├── ConflictError          somebody else wrote it already; look again
│   └── StoreUnavailableError  nothing can be written now; nothing was kept, try later
├── LeaseLostError             this work belongs to somebody else now: stop and discard
├── InboxFullError             nothing more is accepted now; leave the event with the platform
└── ScheduleError              a schedule cannot be like this; the sentence says what is wrong
"""

from collections.abc import Sequence


class GatewayError(Exception):
    """Any failure of the service itself."""


class SettingsError(GatewayError):
    """The settings are wrong; `problems` holds one line each: what is wrong and what to do."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class StartupError(GatewayError):
    """The gateway cannot start; the text is one line that says why and what to do."""


class StoreError(GatewayError):
    """Any failure of the database."""


class ConflictError(StoreError):
    """An invariant of the schema refused a write; nothing of its transaction was kept."""


class StoreUnavailableError(StoreError):
    """The database cannot be written now (disk full, locked, server gone)."""


class LeaseLostError(GatewayError):
    """The fence has moved on: somebody else holds this work, or its time ran out."""


class InboxFullError(GatewayError):
    """The inbox holds as many tasks as it may."""


class ScheduleError(GatewayError):
    """A schedule cannot be like this; the sentence names what is wrong and what is allowed."""
