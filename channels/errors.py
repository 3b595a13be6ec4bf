"""What a channel may fail with; the class says what the caller may do.

ChannelError
├── ChannelUnavailable   the platform cannot be used: wrong token, second poller, no network
├── FileUnavailable      a file that came with a message can't be had
└── SendError
    ├── SendFailed       nothing was shown to anybody: try again, not before `retry_after`
    ├── SendUnknown      the request left and no answer came: look it up before sending again
    └── SendRejected     the platform refuses for good: do not try again
"""

from datetime import timedelta


class ChannelError(Exception):
    """Any failure of a channel."""


class ChannelUnavailable(ChannelError):  # noqa: N818 - named for the state that the reader sees
    """The platform cannot be used now; the sentence says why and what to do.

    `retry_after` is None where trying again is useless until a person changes something.
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class FileUnavailable(ChannelError):  # noqa: N818 - named for the state that the reader sees
    """A file can't be fetched; the sentence says why, for people to read.

    `retry_after` is None where it is gone for good.
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class SendError(ChannelError):
    """A message could not be shown to have arrived."""


class SendFailed(SendError):  # noqa: N818 - the design's name
    """Nothing was sent; the caller may try again after `retry_after`."""

    def __init__(self, reason: str, *, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class SendUnknown(SendError):  # noqa: N818 - the design's word for this outcome
    """The request may have arrived; the caller looks it up before it sends again."""


class SendRejected(SendError):  # noqa: N818 - the design's name
    """The platform refuses this message for good (chat gone, bot blocked, message too old)."""


class MessageGone(SendRejected):
    """The message to edit does not exist (any more), so a new one may be sent instead."""


class LookupInconclusive(ChannelError):  # noqa: N818 - a finding, not a malfunction
    """It can't be shown whether a message arrived.

    `is_unlikely` where it was looked for and is not there, as far as the platform can be asked.
    """

    def __init__(self, reason: str, *, is_unlikely: bool = False) -> None:
        super().__init__(reason)
        self.is_unlikely = is_unlikely
