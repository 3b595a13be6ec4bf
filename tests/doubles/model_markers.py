"""A script for whole-process tests: the person's own words say what the model does.

`[[tool:bash {"command":"ls"}]]` calls a tool; several are called one after the other, one per model
call. `[[say:done]]` sets the final answer, which otherwise is `answer to <first line>`, markers
taken out. Where the script stands is read from the transcript alone (the tool outputs after the
newest user text), so a process that was killed may ask again and gets the same answer.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.doubles.model_reply import ParsedRequest, Reply
from workers.models.protocol import Item, ToolCall, ToolOutput, UserText

_MARKER = re.compile(r"\[\[(tool|say):")
_NAME = re.compile(r"[\w.-]+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Markers:
    """What a text asks for; `tools` are names with their arguments."""

    tools: tuple[tuple[str, str], ...]
    answer: str


def scripted_by_markers(request: ParsedRequest) -> Reply:
    """Return the next step that the newest user text asks for."""
    markers = read_markers(request.newest_user_text)
    step = _outputs_since_user(request.items)
    if step >= len(markers.tools):
        return Reply(text=markers.answer)
    name, arguments = markers.tools[step]
    # The position in the transcript makes the id unique, and the same when asked again.
    call = ToolCall(call_id=f"call_{len(request.items)}", name=name, arguments=arguments)
    return Reply(tool_calls=(call,))


def read_markers(text: str) -> Markers:
    """Read the markers of a text; one that is not closed is plain text."""
    tools: list[tuple[str, str]] = []
    said = ""
    plain = ""
    position = 0
    while (match := _MARKER.search(text, position)) is not None:
        plain += text[position : match.start()]
        if match[1] == "tool":
            name, arguments, position = _read_tool(text, match.end())
            tools.append((name, arguments))
        else:
            said, _, _ = text[match.end() :].partition("]]")
            position = match.end() + len(said) + len("]]")
    plain += text[position:]
    first_line = next(iter(plain.strip().splitlines()), "").strip()
    return Markers(tools=tuple(tools), answer=said or f"answer to {first_line}")


def _read_tool(text: str, start: int) -> tuple[str, str, int]:
    """Return name, arguments and where the text goes on; the arguments may hold `]]` in strings."""
    name = _NAME.match(text, start)
    if name is None:
        raise ValueError(f"a tool marker without a name: {text[start:]!r}")
    arguments, end = "{}", name.end()
    if text.startswith("{", end):
        _, end = json.JSONDecoder().raw_decode(text, end)
        arguments = text[name.end() : end]
    if not text.startswith("]]", end):
        raise ValueError(f"a tool marker that does not end: {text[start:]!r}")
    return name[0].strip(), arguments, end + len("]]")


def _outputs_since_user(items: Sequence[Item]) -> int:
    outputs = 0
    for item in reversed(items):
        if isinstance(item, UserText):
            break
        outputs += isinstance(item, ToolOutput)
    return outputs
