"""The tools that read, write and edit the files of a workspace."""

import asyncio
import json
from typing import Final

from workers.errors import ToolError
from workers.models.protocol import ToolSpec
from workers.tools.arguments import integer_argument, text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext
from workers.tools.workspace import Workspace

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
DEFAULT_LINES: Final = 2_000
MAX_SHOWN_CHARACTERS: Final = 50_000
PATH: Final = {"type": "string", "description": "relative to the working directory", "minLength": 1}


def _number(description: str) -> dict[str, object]:
    return {"type": "integer", "minimum": 1, "description": description}


def _spec(
    name: str,
    description: str,
    *,
    required: dict[str, object],
    optional: dict[str, object] | None = None,
) -> ToolSpec:
    schema = {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }
    return ToolSpec(name=name, description=description, parameters=json.dumps(schema))


class ReadFile:
    """`read`: shows lines of a text file."""

    effect = Effect.READ
    spec = _spec(
        "read",
        "Read a text file in your working directory. Long files come in parts: a last line in "
        "square brackets says which lines were shown and how to go on.",
        required={"path": PATH},
        optional={
            "offset": _number("first line to show, counted from 1"),
            "limit": _number(f"how many lines, at most {DEFAULT_LINES}"),
        },
    )

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the lines asked for, as far as they fit."""
        del context
        path = text_argument(arguments, "path")
        offset = integer_argument(arguments, "offset", 1)
        limit = min(integer_argument(arguments, "limit", DEFAULT_LINES), DEFAULT_LINES)
        data = await asyncio.to_thread(self._workspace.read, path, MAX_FILE_BYTES)
        if b"\0" in data:
            raise ToolError("binary_file", f"'{path}' is not a text file ({len(data)} bytes)")
        return _part(data.decode("utf-8", errors="replace"), offset, limit)


class WriteFile:
    """`write`: replaces a file with a new text."""

    effect = Effect.IDEMPOTENT
    spec = _spec(
        "write",
        "Write a text file in your working directory, replacing it if it exists. Missing "
        "folders are made.",
        required={"path": PATH, "content": {"type": "string"}},
    )

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Write the file in one step and say how long it is."""
        del context
        path = text_argument(arguments, "path")
        data = text_argument(arguments, "content").encode()
        await asyncio.to_thread(self._workspace.write, path, data)
        return f"Wrote {len(data)} bytes to {path}."


class EditFile:
    """`edit`: replaces one passage of a file."""

    effect = Effect.UNSAFE
    spec = _spec(
        "edit",
        "Replace one passage of a text file. `old` must stand in the file exactly once, to the "
        "letter, spaces and line ends included.",
        required={
            "path": PATH,
            "old": {"type": "string", "minLength": 1},
            "new": {"type": "string"},
        },
    )

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Replace the passage and say where it stood."""
        del context
        path, old, new = (text_argument(arguments, name) for name in ("path", "old", "new"))
        return await asyncio.to_thread(self._replace, path, old, new)

    def _replace(self, path: str, old: str, new: str) -> str:
        try:
            text = self._workspace.read(path, MAX_FILE_BYTES).decode()
        except UnicodeDecodeError as error:
            raise ToolError(
                "not_utf8", f"'{path}' is not UTF-8 text; change it with bash"
            ) from error
        line = _only_line_of(old, text, path)
        self._workspace.write(path, text.replace(old, new).encode())
        return f"Replaced the passage at line {line} of {path}."


def _only_line_of(old: str, text: str, path: str) -> int:
    """Return the number of the line where `old` begins.

    Raises:
        ToolError: it stands nowhere or more than once.
    """
    first = text.find(old) if old else -1
    if first < 0:
        message = f"'{path}' does not hold the text of `old`; read the file and copy it exactly"
        raise ToolError("old_not_found", message)
    # Overlapping passages count: which of them was meant is as open as with separate ones.
    if text.find(old, first + 1) >= 0:
        message = f"'{path}' holds the text of `old` more than once; take in more lines around it"
        raise ToolError("old_not_unique", message)
    return text.count("\n", 0, first) + 1


def _part(text: str, offset: int, limit: int) -> str:
    """Return `limit` lines from line `offset` on, as far as they fit, with a note of the rest."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()  # the end of the last line is no further line
    if not lines:
        return "[the file is empty]"
    if offset > len(lines):
        raise ToolError("past_the_end", f"offset {offset}: the file has {len(lines)} lines")
    shown = _fitting(lines[offset - 1 : offset - 1 + limit])
    last = offset - 1 + len(shown)
    if not shown:
        start = lines[offset - 1][:MAX_SHOWN_CHARACTERS]
        note = f"[line {offset} is longer than {MAX_SHOWN_CHARACTERS} characters; the rest: bash]"
        return f"{start}\n{note}"
    body = "\n".join(shown)
    if offset == 1 and last == len(lines):
        return body
    onward = f"; go on with offset={last + 1}" if last < len(lines) else ""
    return f"{body}\n[lines {offset}-{last} of {len(lines)}{onward}]"


def _fitting(lines: list[str]) -> list[str]:
    """Return as many whole lines from the first as fit into one answer."""
    size = 0
    for count, line in enumerate(lines):
        size += len(line) + 1
        if size > MAX_SHOWN_CHARACTERS:
            return lines[:count]
    return lines
