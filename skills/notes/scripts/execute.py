"""Notes of one person, in an SQLite file that finds parts of words in any script."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from pydantic import JsonValue

from skills.errors import SkillFailure
from skills.result import SkillContext
from skills.runtime import Runtime
from skills.state import take_in

STATE_FILE = "notes.db"
MAX_NOTES = 5_000
MAX_ANSWERS = 100  # kept for calls that are made again
PAGE_NOTES = 20
EXCERPT_CHARACTERS = 200
MAX_WORDS = 10
WAIT_SECONDS = 10.0  # for another call on the same notes
TRIGRAM = 3  # the index knows three characters at a time: https://sqlite.org/fts5.html#the_trigram_tokenizer

# The index holds no text of its own, so triggers tell it what changes:
# https://sqlite.org/fts5.html#external_content_tables
SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5(
    text, content='notes', content_rowid='id', tokenize='trigram'
);
CREATE TRIGGER IF NOT EXISTS note_added AFTER INSERT ON notes BEGIN
    INSERT INTO found (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER IF NOT EXISTS note_deleted AFTER DELETE ON notes BEGIN
    INSERT INTO found (found, rowid, text) VALUES ('delete', old.id, old.text);
END;
"""

Params = Mapping[str, JsonValue]
Row = tuple[int, str, str]


def execute(ctx: SkillContext, params: Params, runtime: Runtime) -> str:
    """Do one action; a call that is made again under its id gets its first answer."""
    try:
        take_in(runtime.state_dir, partial(_add_all, runtime.state_dir))
        with _opened(runtime.state_dir / STATE_FILE) as notes:
            query = "SELECT text FROM answers WHERE call_id = ?"
            if ctx.call_id and (answer := notes.execute(query, (ctx.call_id,)).fetchone()):
                return str(answer[0])
            text = _act(str(params["action"]), params, notes)
            if ctx.call_id:
                _remember(notes, ctx.call_id, text)
            return text
    except sqlite3.DatabaseError as error:
        raise SkillFailure("damaged", f"the notes can't be read or written: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the notes in one transaction, which what fails inside undoes."""
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as notes:
        notes.execute("BEGIN IMMEDIATE")
        for statement in _statements(SCHEMA):
            notes.execute(statement)
        yield notes
        notes.execute("COMMIT")


def _add_all(state_dir: Path, other: Path) -> None:
    """Add the notes of an account that turned out to be the same person's, each once."""
    with _opened(other / STATE_FILE) as theirs:
        found = theirs.execute("SELECT text, created_at FROM notes ORDER BY id").fetchall()
    with _opened(state_dir / STATE_FILE) as notes:
        notes.executemany(
            "INSERT INTO notes (text, created_at) SELECT ?1, ?2 WHERE NOT EXISTS "
            "(SELECT 1 FROM notes WHERE text = ?1 AND created_at = ?2)",
            found,
        )


def _statements(script: str) -> Iterator[str]:
    """Split a script: `executescript` would end our transaction."""
    statement = ""
    for line in script.splitlines():
        statement += f"{line}\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _remember(notes: sqlite3.Connection, call_id: str, text: str) -> None:
    notes.execute("INSERT INTO answers (call_id, text) VALUES (?, ?)", (call_id, text))
    notes.execute(
        "DELETE FROM answers WHERE number <= (SELECT max(number) FROM answers) - ?", (MAX_ANSWERS,)
    )


def _act(action: str, params: Params, notes: sqlite3.Connection) -> str:
    offset = params.get("offset", 0)
    start = offset if isinstance(offset, int) else 0
    if action == "add":
        return _add(notes, str(params.get("text", "")))
    if action == "list":
        return _page(notes, "1", (), start)
    if action == "search":
        return _search(notes, str(params.get("query", "")), start)
    number, created_at, text = _note(notes, params)
    if action == "show":
        return f"#{number} ({created_at} UTC)\n{text}"
    notes.execute("DELETE FROM notes WHERE id = ?", (number,))
    return f"Deleted note #{number}: {_excerpt(text)}"


def _add(notes: sqlite3.Connection, text: str) -> str:
    if not text.strip():
        raise SkillFailure("text_missing", "'add' needs the note as 'text'")
    if notes.execute("SELECT count(*) FROM notes").fetchone()[0] >= MAX_NOTES:
        raise SkillFailure("too_many_notes", f"there are {MAX_NOTES} notes; delete some first")
    added = notes.execute("INSERT INTO notes (text) VALUES (?)", (text,))
    return f"Kept as note #{added.lastrowid}."


def _note(notes: sqlite3.Connection, params: Params) -> Row:
    if "id" not in params:
        raise SkillFailure("id_missing", f"'{params['action']}' needs the note's number as 'id'")
    query = "SELECT id, created_at, text FROM notes WHERE id = ?"
    row: Row | None = notes.execute(query, (params["id"],)).fetchone()
    if row is None:
        raise SkillFailure("no_such_note", f"there is no note #{params['id']}")
    return row


def _search(notes: sqlite3.Connection, query: str, start: int) -> str:
    """Find notes that hold every word; the index can't look up words of one or two characters."""
    words = query.split()[:MAX_WORDS]
    if not words:
        raise SkillFailure("query_missing", "'search' needs words as 'query'")
    conditions, values = [], []
    for word in words:
        if len(word) >= TRIGRAM:
            conditions.append("id IN (SELECT rowid FROM found WHERE found MATCH ?)")
            values.append('"' + word.replace('"', '""') + '"')
        else:
            conditions.append("text LIKE ? ESCAPE '!'")
            escaped = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
            values.append(f"%{escaped}%")
    return _page(notes, " AND ".join(conditions), tuple(values), start)


def _page(notes: sqlite3.Connection, condition: str, values: tuple[str, ...], start: int) -> str:
    """Return one page of the notes that meet a condition of ours, the newest first."""
    count = f"SELECT count(*) FROM notes WHERE {condition}"  # noqa: S608 - written above, no input
    total: int = notes.execute(count, values).fetchone()[0]
    select = (
        f"SELECT id, created_at, text FROM notes WHERE {condition} "  # noqa: S608 - the same
        "ORDER BY id DESC LIMIT ? OFFSET ?"
    )
    rows: list[Row] = notes.execute(select, (*values, PAGE_NOTES, start)).fetchall()
    lines = [f"#{number} ({created_at} UTC) {_excerpt(text)}" for number, created_at, text in rows]
    if (end := start + len(rows)) < total:
        lines.append(f"[{len(rows)} of {total} notes; go on with offset={end}]")
    return "\n".join(lines) or ("There are no notes." if condition == "1" else "No note was found.")


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_CHARACTERS else f"{line[: EXCERPT_CHARACTERS - 1]}…"
