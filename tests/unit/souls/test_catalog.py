"""The soul catalog: packaged souls, overriding, edits, and mistakes that are named."""

from pathlib import Path

import pytest

from souls.catalog import MAX_FILE_BYTES, PACKAGED_SOULS, SoulCatalog

GOOD = """---
name: {name}
description: {description}
tools: [read]
---
You are helpful.
"""


def write(folder: Path, file: str, text: str) -> Path:
    """Write a soul file."""
    path = folder / file
    path.write_text(text, encoding="utf-8")
    return path


def problem_of(folder: Path, text: str) -> str:
    """Return what the catalog says of a file with that text."""
    path = write(folder, "a.md", text)
    return SoulCatalog([folder]).problems()[path]


def test_the_packaged_souls_are_whole() -> None:
    """The packaged souls load without a problem and hold the tools of the design."""
    catalog = SoulCatalog([PACKAGED_SOULS])

    manager, code_review = catalog.get("manager"), catalog.get("code-review")

    assert catalog.problems() == {}
    assert [soul.name for soul in catalog.all()] == ["code-review", "manager", "worker"]
    assert manager is not None
    assert {"dispatch_worker", "run_extension", "ask_user"} <= set(manager.tools)
    assert code_review is not None
    assert code_review.tools == ("read", "bash")


def test_only_the_manager_may_dispatch_and_ask() -> None:
    """No packaged soul but the manager's holds a tool that hands on work or asks people."""
    others = [s for s in SoulCatalog([PACKAGED_SOULS]).all() if s.name != "manager"]

    assert others
    for soul in others:
        assert not {"dispatch_worker", "await_worker", "ask_user"} & set(soul.tools)


def test_a_later_folder_overrides_by_name(tmp_path: Path) -> None:
    """A user's soul of the same name replaces the packaged one, and leaving again restores it."""
    path = write(tmp_path, "mine.md", GOOD.format(name="worker", description="my own"))
    catalog = SoulCatalog([PACKAGED_SOULS, tmp_path])
    overridden = catalog.get("worker")
    path.unlink()
    restored = catalog.get("worker")

    assert overridden is not None
    assert overridden.description == "my own"
    assert restored is not None
    assert restored.description != "my own"


def test_an_edit_holds_from_the_next_question_on(tmp_path: Path) -> None:
    """A changed file and a new file are seen without a new catalog."""
    write(tmp_path, "a.md", GOOD.format(name="a", description="first"))
    catalog = SoulCatalog([tmp_path])
    before = catalog.all()
    write(tmp_path, "a.md", GOOD.format(name="a", description="second one"))
    write(tmp_path, "b.md", GOOD.format(name="b", description="new"))

    after = catalog.all()

    assert [soul.description for soul in before] == ["first"]
    assert [soul.description for soul in after] == ["second one", "new"]


def test_a_mistake_keeps_the_last_good_soul_and_is_named(tmp_path: Path) -> None:
    """A file that breaks goes on as it was; mending it ends the problem."""
    path = write(tmp_path, "a.md", GOOD.format(name="a", description="good"))
    catalog = SoulCatalog([tmp_path])
    catalog.refresh()
    write(tmp_path, "a.md", "---\nname: a\ndescription: x\ncolour: red\n---\nbody\n")

    kept, problems = catalog.get("a"), catalog.problems()
    write(tmp_path, "a.md", GOOD.format(name="a", description="mended"))

    assert kept is not None
    assert kept.description == "good"
    assert problems == {path: "colour: there is no such key"}
    assert catalog.problems() == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no front matter", "front matter"),
        ("---\nname: a\ndescription: x\n---\n", "instructions"),
        ("---\ndescription: x\n---\nbody", "name: Field required"),
        ("---\nname: A B\ndescription: x\n---\nbody", "name: "),
        ("---\nname: a\ndescription: x\nmax_steps: many\n---\nbody", "max_steps: "),
        ("---\nname: a\ndescription: x\nmax_seconds: 0\n---\nbody", "max_seconds: "),
        ("---\nname: a\ndescription: x\ntools: read\n---\nbody", "tools: "),
        ("---\n- a\n---\nbody", "mapping"),
        ("---\nname: a\nmodel: [\n---\nbody", "not valid YAML in line 4: "),
        ("---\na: &x [1]\nb: *x\n---\nbody", "alias"),
        (f"---\na: {'[' * 50}{']' * 50}\n---\nbody", "nested"),
        (f"---\nname: {'a' * 20_000}\n---\nbody", "exceeds"),
        ("x" * (MAX_FILE_BYTES + 1), "exceeds"),
        ("---\nname: !!python/name:os.system\n---\nbody", "YAML"),
    ],
)
def test_a_mistake_is_said_with_its_key(tmp_path: Path, text: str, named: str) -> None:
    """Each kind of mistake gives a sentence that names the key or the limit."""
    assert named in problem_of(tmp_path, text)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """The path is named by whoever tells it, and once."""
    (tmp_path / "a.md").mkdir()

    assert SoulCatalog([tmp_path]).problems() == {tmp_path / "a.md": "Is a directory"}


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    """A file that an editor on Windows saved is a soul as well."""
    text = "\ufeff" + GOOD.format(name="a", description="你好").replace("\n", "\r\n")
    (tmp_path / "a.md").write_bytes(text.encode())

    soul = SoulCatalog([tmp_path]).get("a")

    assert soul is not None
    assert soul.description == "你好"


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    """The user's folder need not exist."""
    assert SoulCatalog([tmp_path / "souls"]).all() == ()
