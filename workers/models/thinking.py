"""Takes a reasoning block off the front of an answer."""

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkingFilter:
    """Drops `<think>…</think>` where an answer begins with it, as local servers often send it.

    Later in an answer the tag is left alone: there it is most likely a quotation.
    """

    def __init__(self) -> None:
        self._read = self._read_start
        self._buffer = ""

    def feed(self, piece: str) -> str:
        """Take the next piece and return the part of the answer that is known by now."""
        return self._read(piece) if piece else ""

    def end(self) -> str:
        """Return what was held back; the stream is over."""
        held, self._buffer = self._buffer, ""
        return "" if self._read == self._read_thought else held

    def _read_start(self, piece: str) -> str:
        self._buffer += piece
        start = self._buffer.lstrip()
        if _OPEN.startswith(start[: len(_OPEN)]):
            if len(start) < len(_OPEN):
                return ""  # could still become the tag
            self._buffer, self._read = "", self._read_thought
            return self._read(start[len(_OPEN) :])
        whole, self._buffer, self._read = self._buffer, "", self._read_answer
        return whole

    def _read_thought(self, piece: str) -> str:
        self._buffer += piece
        _, close, rest = self._buffer.partition(_CLOSE)
        if not close:
            self._buffer = self._buffer[1 - len(_CLOSE) :]  # the tag may be cut in two
            return ""
        self._buffer, self._read = "", self._read_gap
        return self._read(rest)

    def _read_gap(self, piece: str) -> str:
        answer = piece.lstrip()
        if answer:
            self._read = self._read_answer
        return answer

    def _read_answer(self, piece: str) -> str:
        return piece
