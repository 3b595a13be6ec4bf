"""The skill `notes`: kept, found in any script, and damaged by nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.integration.skills.conftest import RunSkill


async def test_a_note_is_kept_shown_and_deleted(run_skill: RunSkill) -> None:
    """As it is, line breaks and all; its number is not used again."""
    added = await run_skill("notes", action="add", text="first\n\nline")
    shown = await run_skill("notes", action="show", id=1)
    deleted = await run_skill("notes", action="delete", id=1)
    empty = await run_skill("notes", action="list")
    second = await run_skill("notes", action="add", text="second")

    assert added.text == "Kept as note #1."
    assert shown.text.startswith("#1 (")
    assert shown.text.endswith(" UTC)\nfirst\n\nline")
    assert deleted.text == "Deleted note #1: first line"
    assert empty.text == "There are no notes."
    assert second.text == "Kept as note #2."


def fill(tmp_path: Path, texts: list[str]) -> None:
    """Add notes without the skill, which would take a process for each."""
    with closing(sqlite3.connect(tmp_path / "state" / "notes.db")) as database:
        database.executemany("INSERT INTO notes (text) VALUES (?)", [(text,) for text in texts])
        database.commit()


async def test_a_note_is_found_until_it_is_deleted(run_skill: RunSkill, tmp_path: Path) -> None:
    """The index forgets it, too."""
    await run_skill("notes", action="list")
    fill(tmp_path, ["牛奶在地下室。"])
    found = await run_skill("notes", action="search", query="地下室")
    await run_skill("notes", action="delete", id=1)

    assert "牛奶在地下室。" in found.text
    assert (await run_skill("notes", action="search", query="地下室")).text == "No note was found."


async def test_notes_of_a_joined_account_are_taken_in_once(
    run_skill: RunSkill, tmp_path: Path
) -> None:
    """Also where a crash had come between taking them in and removing them."""
    await run_skill("notes", action="add", text="mine")
    for joined in ("one", "again"):
        other = tmp_path / "state" / "joined" / joined
        other.mkdir(parents=True)
        with closing(sqlite3.connect(other / "notes.db")) as database:
            database.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text, created_at)")
            database.execute("INSERT INTO notes VALUES (1, 'theirs 牛奶', '2026-01-01 00:00:00')")
            database.commit()

    listed = await run_skill("notes", action="list")
    found = await run_skill("notes", action="search", query="牛奶")

    assert listed.text.count("theirs") == 1
    assert listed.text.count("mine") == 1
    assert "theirs 牛奶" in found.text
    assert not (tmp_path / "state" / "joined").exists()


async def test_a_long_list_comes_in_pages(run_skill: RunSkill, tmp_path: Path) -> None:
    """The newest first, bounded, and each note once."""
    await run_skill("notes", action="list")
    fill(tmp_path, [f"n{number} " + "x" * 9000 for number in range(1, 46)])

    pages = [(await run_skill("notes", action="list", offset=at)).text for at in (0, 20, 40, 45)]

    assert pages[0].startswith("#45 (")
    assert pages[0].endswith("[20 of 45 notes; go on with offset=20]")
    assert [page.count(" UTC) n") for page in pages] == [20, 20, 5, 0]
    assert all(len(page) < 6_000 for page in pages)


async def test_a_call_made_again_adds_nothing(run_skill: RunSkill) -> None:
    """After a crash the same call returns what it returned."""
    first = await run_skill("notes", "call-1", action="add", text="once")
    again = await run_skill("notes", "call-1", action="add", text="once")
    gone = await run_skill("notes", "call-2", action="delete", id=1)
    gone_again = await run_skill("notes", "call-2", action="delete", id=1)

    assert first == again
    assert gone == gone_again
    assert gone.ok


async def test_what_is_missing_is_named(run_skill: RunSkill) -> None:
    """By the word that SKILL.md lists."""
    no_text = await run_skill("notes", action="add", text=" \n")
    no_query = await run_skill("notes", action="search", query=" ")
    no_id = await run_skill("notes", action="show")
    no_note = await run_skill("notes", action="delete", id=7)
    too_long = await run_skill("notes", action="add", text="x" * 10_001)

    assert no_text.text.startswith("text_missing: ")
    assert no_query.text.startswith("query_missing: ")
    assert no_id.text.startswith("id_missing: ")
    assert no_note.text == "no_such_note: there is no note #7"
    assert too_long.text.startswith("wrong arguments: text: ")


async def test_too_many_notes_are_refused(run_skill: RunSkill, tmp_path: Path) -> None:
    """None is thrown away to make room."""
    await run_skill("notes", action="list")
    fill(tmp_path, ["x"] * 5_000)

    result = await run_skill("notes", action="add", text="one more")

    assert result.text.startswith("too_many_notes: ")


async def test_a_damaged_file_is_not_started_over(run_skill: RunSkill, tmp_path: Path) -> None:
    """Notes that can't be read are an error, never silently forgotten."""
    (tmp_path / "state").mkdir()
    file = tmp_path / "state" / "notes.db"
    file.write_bytes(b"no database " * 100)

    result = await run_skill("notes", action="add", text="x")

    assert result.text.startswith("damaged: ")
    assert file.read_bytes() == b"no database " * 100
