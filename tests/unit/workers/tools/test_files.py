"""The tools `read`, `write` and `edit`."""

import pytest

from workers.errors import ToolError
from workers.tools.files import MAX_SHOWN_CHARACTERS, EditFile, ReadFile, WriteFile
from workers.tools.protocol import Arguments, Effect, Tool, ToolContext
from workers.tools.workspace import Workspace


async def code_of(tool: Tool, arguments: Arguments, context: ToolContext) -> str:
    """Return the code with which a tool refuses."""
    with pytest.raises(ToolError) as raised:
        await tool.run(arguments, context)
    return raised.value.code


async def test_what_was_written_is_read(workspace: Workspace, context: ToolContext) -> None:
    """A text comes back as it was written, in folders that were not there."""
    text = "第一行\r\nsecond\n"

    said = await WriteFile(workspace).run({"path": "a/b.txt", "content": text}, context)

    assert said == "Wrote 18 bytes to a/b.txt."
    assert (workspace.root / "a/b.txt").read_bytes() == text.encode()
    assert await ReadFile(workspace).run({"path": "a/b.txt"}, context) == text.removesuffix("\n")


async def test_a_part_says_how_to_go_on(workspace: Workspace, context: ToolContext) -> None:
    """Offset and limit count lines from 1, and the last part has no more to come."""
    workspace.write("a", b"1\n2\n3\n4\n5\n")
    read = ReadFile(workspace)

    middle = await read.run({"path": "a", "offset": 2, "limit": 2}, context)
    end = await read.run({"path": "a", "offset": 4}, context)

    assert middle == "2\n3\n[lines 2-3 of 5; go on with offset=4]"
    assert end == "4\n5\n[lines 4-5 of 5]"
    assert await code_of(read, {"path": "a", "offset": 6}, context) == "past_the_end"


async def test_a_long_file_is_cut_at_a_line(workspace: Workspace, context: ToolContext) -> None:
    """No answer exceeds the limit, and reading on gives every line once."""
    lines = [f"{number:04}" + "x" * 500 for number in range(300)]
    workspace.write("a", "\n".join(lines).encode())
    read = ReadFile(workspace)
    shown: list[str] = []
    while len(shown) < len(lines):
        part = await read.run({"path": "a", "offset": len(shown) + 1}, context)
        assert len(part) < MAX_SHOWN_CHARACTERS + 100
        shown += part.split("\n")[:-1]

    assert shown == lines


async def test_an_overlong_line_is_cut(workspace: Workspace, context: ToolContext) -> None:
    """A line that does not fit one answer is shown in part, and says so."""
    workspace.write("a", b"x" * (MAX_SHOWN_CHARACTERS + 1))

    text = await ReadFile(workspace).run({"path": "a"}, context)

    assert text.startswith("x" * MAX_SHOWN_CHARACTERS + "\n[line 1 is longer")


async def test_empty_and_binary_files_are_named(workspace: Workspace, context: ToolContext) -> None:
    """An empty file is said to be empty; bytes that are no text are not shown."""
    workspace.write("empty", b"")
    workspace.write("binary", b"\x7fELF\0\0")
    workspace.write("latin", b"na\xefve")
    read = ReadFile(workspace)

    assert await read.run({"path": "empty"}, context) == "[the file is empty]"
    assert await code_of(read, {"path": "binary"}, context) == "binary_file"
    assert await read.run({"path": "latin"}, context) == "na\ufffdve"


async def test_an_edit_changes_one_passage(workspace: Workspace, context: ToolContext) -> None:
    """The passage is replaced to the letter and everything else stays."""
    workspace.write("a", "eins\r\nzwei\r\n三\n".encode())

    said = await EditFile(workspace).run({"path": "a", "old": "zwei\r\n三", "new": "2"}, context)

    assert said == "Replaced the passage at line 2 of a."
    assert (workspace.root / "a").read_bytes() == b"eins\r\n2\n"


@pytest.mark.parametrize(
    ("content", "old", "code"),
    [
        (b"abc", "x", "old_not_found"),
        (b"abc", "", "old_not_found"),
        (b"x x", "x", "old_not_unique"),
        (b"aaa", "aa", "old_not_unique"),
        (b"na\xefve", "v", "not_utf8"),
    ],
)
async def test_an_unclear_edit_changes_nothing(
    workspace: Workspace, context: ToolContext, content: bytes, old: str, code: str
) -> None:
    """A passage that is missing or not unique is named, and the file stays."""
    workspace.write("a", content)

    assert (
        await code_of(EditFile(workspace), {"path": "a", "old": old, "new": "y"}, context) == code
    )
    assert (workspace.root / "a").read_bytes() == content


def test_effects_are_declared(workspace: Workspace) -> None:
    """After a crash, reads and writes may run again and edits may not."""
    tools: list[Tool] = [ReadFile(workspace), WriteFile(workspace), EditFile(workspace)]

    effects = [tool.effect for tool in tools]

    assert effects == [Effect.READ, Effect.IDEMPOTENT, Effect.UNSAFE]
