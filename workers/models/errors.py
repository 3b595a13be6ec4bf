"""What a model call may fail with; the class says what the caller may do.

ModelError
├── ModelUnavailable   try again, not before `retry_after`
├── ModelRejected      do not try again; a person must change something
└── ContextOverflow    shorten the transcript, then try once more
"""

from datetime import timedelta


class ModelError(Exception):
    """Any failure of a model call; the text says what happened, without secrets."""


class ModelUnavailable(ModelError):  # noqa: N818 - named for the state
    """A passing trouble: rate limit, outage, timeout, a stream cut before its terminal event."""

    def __init__(self, reason: str, *, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class ModelRejected(ModelError):  # noqa: N818 - named for the state
    """The provider refuses: wrong key, unknown model, bad request, no credit."""


class ContextOverflow(ModelError):  # noqa: N818 - named for the state
    """The transcript does not fit the model."""
