"""How a command ends: its exit codes, and the failure that becomes one line."""

from enum import IntEnum

from gateway.errors import GatewayError


class ExitCode(IntEnum):
    """What the shell is told."""

    OK = 0
    FAILED = 1
    UNUSABLE = 2  # as click says for wrong usage; here also wrong settings, or nothing can start
    NO_GATEWAY = 3
    INTERRUPTED = 130  # 128 + SIGINT, as shells say


class CommandFailed(GatewayError):  # noqa: N818 - what happened
    """A command could not do what it was asked; the text is one line that says what to do."""

    def __init__(self, reason: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(reason)
        self.code = code
