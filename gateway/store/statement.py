"""Statements, rows and scripts: what a transaction is made of, without any I/O."""

import json
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

Value = None | bool | int | str | datetime | UUID
Parameters = Mapping[str, Value]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement; `:name` stands for a parameter.

    `/*skip locked*/` stands where PostgreSQL must say FOR UPDATE SKIP LOCKED, so that several
    claims at once pick different rows; SQLite has one writer and reads it as a comment.
    """

    sql: str
    parameters: Parameters


class Row:
    """One row of a result, read by column and type; a wrong type is an error, not a repair."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def text(self, column: str) -> str:
        """Return a text that is never NULL."""
        value = self._values[column]
        if not isinstance(value, str):
            raise TypeError(f"column {column} holds {type(value).__name__}, not text")
        return value

    def integer(self, column: str) -> int:
        """Return a number that is never NULL."""
        value = self._values[column]
        if not isinstance(value, int):
            raise TypeError(f"column {column} holds {type(value).__name__}, not a number")
        return value

    def integer_or_none(self, column: str) -> int | None:
        """Return a number or None for NULL."""
        return None if self._values[column] is None else self.integer(column)

    def flag(self, column: str) -> bool:
        """Return a truth value; SQLite keeps it as 0 or 1."""
        return bool(self.integer(column))

    def uuid(self, column: str) -> UUID:
        """Return an id; SQLite keeps it as text."""
        value = self._values[column]
        return value if isinstance(value, UUID) else UUID(self.text(column))

    def uuid_or_none(self, column: str) -> UUID | None:
        """Return an id or None for NULL."""
        return None if self._values[column] is None else self.uuid(column)

    def time(self, column: str) -> datetime:
        """Return an aware UTC time; SQLite keeps it as text."""
        value = self._values[column]
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(self.text(column))

    def time_or_none(self, column: str) -> datetime | None:
        """Return an aware UTC time or None for NULL."""
        return None if self._values[column] is None else self.time(column)

    def json(self, column: str) -> dict[str, object]:
        """Return a document that must be a JSON object."""
        value = json.loads(self.text(column))
        if not isinstance(value, dict):
            raise TypeError(f"column {column} holds JSON that is not an object")
        return value

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a list of texts that is kept as a JSON array."""
        value = json.loads(self.text(column))
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise TypeError(f"column {column} holds JSON that is not a list of texts")
        return tuple(value)


Script = Generator[Statement, list[Row], T]
"""A transaction: yields statements, receives their rows, returns a value.

It may be run again from the start when the database asks for it, so it must be a pure function of
its arguments.
"""

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z_0-9]*)")


@lru_cache(maxsize=512)
def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Turn `:name` into PostgreSQL's `$1`, and return the names in the order of their numbers."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PARAMETER.sub(number, sql), tuple(names)


def insert(
    table: str, values: Parameters, *, on_conflict: str = "", returning: str = ""
) -> Statement:
    """Build an INSERT; `on_conflict` is a whole ON CONFLICT clause.

    It gives rows only where `returning` names columns.
    """
    return Statement(_insertion(table, tuple(values), on_conflict, returning), values)


@lru_cache(maxsize=256)
def _insertion(table: str, columns: tuple[str, ...], on_conflict: str, returning: str) -> str:
    names = ", ".join(f":{name}" for name in columns)
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({names})"  # noqa: S608
    wanted = f"RETURNING {returning}" if returning else ""
    return " ".join(part for part in (sql, on_conflict, wanted) if part)


_encode = json.JSONEncoder(separators=(",", ":")).encode


def document(value: Mapping[str, object]) -> str:
    """Write a JSON document in ASCII, which both databases store as it is."""
    return _encode(dict(value))


def in_list(prefix: str, values: Sequence[Value]) -> tuple[str, dict[str, Value]]:
    """Return the text and the parameters of an IN list."""
    parameters: dict[str, Value] = {f"{prefix}_{i}": v for i, v in enumerate(values)}
    return ", ".join(f":{name}" for name in parameters), parameters
