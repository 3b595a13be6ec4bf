"""What working agents may fail with.

WorkerRoomError
├── ToolError     a tool could not do its job; the model reads why and decides
└── Suspended     the run must wait for a person or an outside worker
"""


class WorkerRoomError(Exception):
    """Any failure in this room."""


class ToolError(WorkerRoomError):
    """A tool could not do its job; the text tells the model what is wrong and what to do.

    `code` is a word that the model can act on, such as `not_found` or `timeout`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Suspended(WorkerRoomError):  # noqa: N818 - a state of the run, not a malfunction
    """The run must wait; its step is recorded as open and gets its result from outside.

    `waiting_for` names what it waits for, in words that a person understands. `question` is what a
    person is asked, empty when the wait is for an outside worker.
    """

    def __init__(
        self, waiting_for: str, *, question: str = "", options: tuple[str, ...] = ()
    ) -> None:
        super().__init__(waiting_for)
        self.waiting_for = waiting_for
        self.question = question
        self.options = options
