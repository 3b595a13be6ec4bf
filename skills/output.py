"""Keeps the beginning and the end of what a program prints, however much that is."""


class CappedOutput:
    """At most `limit` bytes of a stream: its head and its tail, and the count of the rest."""

    def __init__(self, limit: int) -> None:
        self._head_limit = limit // 2
        self._tail_limit = limit - self._head_limit
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self._total += len(data)
        room = self._head_limit - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        del self._tail[: -self._tail_limit]

    def text(self) -> str:
        """Return what was kept, as text without NUL; a line in the middle says what is missing."""
        missing = self._total - len(self._head) - len(self._tail)
        if not missing:
            return _decode(self._head + self._tail)
        return f"{_decode(self._head)}\n[… {missing} bytes left out …]\n{_decode(self._tail)}"


def _decode(data: bytearray) -> str:
    return data.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
