"""The floor of the inbox benchmark: the same transactions in plain sqlite3, one commit each."""

from dataclasses import dataclass
from pathlib import Path

from gateway.store.sqlite import connect

SCHEMA = (
    "CREATE TABLE tasks (id TEXT PRIMARY KEY, event_key TEXT UNIQUE, payload TEXT NOT NULL, "
    "priority INTEGER NOT NULL, created_at REAL NOT NULL, status TEXT NOT NULL, lease_until REAL, "
    "fence INTEGER NOT NULL DEFAULT 0, result TEXT)",
    "CREATE INDEX waiting ON tasks (priority, created_at) WHERE status = 'pending'",
)
SUBMIT = (
    "INSERT INTO tasks (id, event_key, payload, priority, created_at, status) "
    "VALUES (?, ?, ?, ?, ?, 'pending') ON CONFLICT (event_key) DO NOTHING"
)
CLAIM = (
    "UPDATE tasks SET status = 'running', lease_until = ?, fence = fence + 1 WHERE id = ("
    "SELECT id FROM tasks WHERE status = 'pending' ORDER BY priority, created_at LIMIT 1) "
    "RETURNING id, payload, fence"
)
COMPLETE = (
    "UPDATE tasks SET status = 'completed', lease_until = NULL, result = ? "
    "WHERE id = ? AND fence = ? AND status = 'running' AND lease_until > ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawClaim:
    """A row that was taken."""

    task_id: str
    fence: int


class RawQueue:
    """A queue as one writes it by hand; it has no lanes, no ageing, no journal and no outbox.

    It blocks its caller, which is the fastest way to one commit each, so it is as fast for eight
    consumers as for one.
    """

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        for statement in SCHEMA:
            self._connection.execute(statement)

    def submit(self, task_id: str, payload: str, priority: int, now: float) -> None:
        """Insert a task."""
        self._commit(SUBMIT, (task_id, f"event-{task_id}", payload, priority, now))

    def claim(self, now: float, lease_seconds: float) -> RawClaim | None:
        """Take the oldest task of the highest priority."""
        rows = self._commit(CLAIM, (now + lease_seconds,))
        return RawClaim(task_id=rows[0][0], fence=rows[0][2]) if rows else None

    def complete(self, claim: RawClaim, result: str, now: float) -> None:
        """End a claim with its result."""
        self._commit(COMPLETE, (result, claim.task_id, claim.fence, now))

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def _commit(
        self, sql: str, parameters: tuple[str | float | int, ...]
    ) -> list[tuple[str, str, int]]:
        self._connection.execute("BEGIN IMMEDIATE")
        rows = self._connection.execute(sql, parameters).fetchall()
        self._connection.execute("COMMIT")
        return rows
