"""Statements, rows and scripts, without a database."""

import ast
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import pytest

from gateway.store import statement
from gateway.store.statement import Row, document, in_list, insert, numbered

STORE = Path(statement.__file__).parent
ID = UUID(int=7)
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sql", "expected", "names"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("a = :a AND b = :b", "a = $1 AND b = $2", ("a", "b")),
        ("a = :b OR c = :a OR d = :b", "a = $1 OR c = $2 OR d = $1", ("b", "a")),
        ("a_1 = :a_1 AND a_10 = :a_10", "a_1 = $1 AND a_10 = $2", ("a_1", "a_10")),
        ("a::text = :a::text", "a::text = $1::text", ("a",)),
        ("at '12:30' IN (:a,:b)", "at '12:30' IN ($1,$2)", ("a", "b")),
    ],
)
def test_names_become_numbers(sql: str, expected: str, names: tuple[str, ...]) -> None:
    """A name has one number wherever it stands; casts and times of day are no names."""
    assert numbered(sql) == (expected, names)


def test_insert_names_each_column_once() -> None:
    """The values travel as parameters, never in the text."""
    statement = insert(
        "t",
        {"a": 1, "b": "'; DROP TABLE t"},
        on_conflict="ON CONFLICT DO NOTHING",
        returning="a",
    )

    assert (
        statement.sql == "INSERT INTO t (a, b) VALUES (:a, :b) ON CONFLICT DO NOTHING RETURNING a"
    )
    assert statement.parameters == {"a": 1, "b": "'; DROP TABLE t"}


def test_list_becomes_parameters() -> None:
    """Each value of an IN list has a name of its own."""
    assert in_list("status", ("x", "y")) == (
        ":status_0, :status_1",
        {"status_0": "x", "status_1": "y"},
    )


@pytest.mark.parametrize("value", [{}, {"a": [1, None, {"b": "你好"}]}, {"n": "\x00 \ud800"}])
def test_document_is_ascii_and_reads_back(value: dict[str, object]) -> None:
    """Whatever was in it, both databases store it as it is."""
    text = document(MappingProxyType(value))

    assert text.isascii()
    assert "\x00" not in text
    assert json.loads(text) == value
    assert Row({"c": text}).json("c") == value


@pytest.mark.parametrize("stored", [ID, str(ID)])
def test_id_is_read_from_both_databases(stored: object) -> None:
    """PostgreSQL gives an id, SQLite its text."""
    row = Row({"c": stored})

    assert row.uuid("c") == row.uuid_or_none("c") == ID


@pytest.mark.parametrize(
    "stored",
    [
        NOON,
        NOON.astimezone(timezone(timedelta(hours=8))),
        "2026-01-05 12:00:00.000000+00:00",
    ],
)
def test_time_is_read_from_both_databases(stored: object) -> None:
    """Always aware and UTC."""
    row = Row({"c": stored})

    assert row.time("c") == row.time_or_none("c") == NOON
    assert row.time("c").utcoffset() == timedelta(0)


@pytest.mark.parametrize(("stored", "flag"), [(0, False), (1, True), (False, False), (True, True)])
def test_truth_is_read_from_both_databases(stored: object, flag: bool) -> None:  # noqa: FBT001
    """SQLite keeps it as a number."""
    assert Row({"c": stored}).flag("c") is flag


def test_null_is_none_only_where_it_may_be() -> None:
    """A missing value is not read as an empty one."""
    row = Row({"c": None})

    assert row.uuid_or_none("c") is None
    assert row.time_or_none("c") is None
    for read in (row.text, row.integer, row.flag, row.uuid, row.time, row.json):
        with pytest.raises(TypeError, match="column c holds NoneType"):
            read("c")


@pytest.mark.parametrize("stored", ["[1]", '"text"', "7", "null"])
def test_document_that_is_no_object_is_an_error(stored: str) -> None:
    """It is not repaired into an empty one."""
    with pytest.raises(TypeError, match="not an object"):
        Row({"c": stored}).json("c")


def test_unknown_column_is_an_error() -> None:
    """A misspelt column is found at once."""
    with pytest.raises(KeyError):
        Row({"c": 1}).integer("d")


def test_nobody_waits_for_rows_that_an_insert_does_not_return() -> None:
    """`rows = yield insert(…)` without `returning` would always find nothing."""
    paths = sorted(STORE.glob("*.py"))
    assigned = [
        (path.name, node.value.value)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Yield)
    ]
    inserts = [
        (name, call)
        for name, call in assigned
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "insert"
    ]

    assert len(inserts) > 5
    for name, call in inserts:
        assert "returning" in {keyword.arg for keyword in call.keywords}, name
