"""How much of a transcript fits a model, and what stands in for the part that does not."""

from functools import lru_cache

from workers.models.protocol import (
    AssistantTurn,
    Item,
    ModelRequest,
    ToolOutput,
    ToolSpec,
    UserText,
)

BYTES_PER_TOKEN = 3.5  # an estimate on the safe side; providers count exactly only afterwards
PICTURE_TOKENS = 1_500  # about the most that providers count for one at their usual resolution
KEPT_SHARE = 1 / 3  # of a transcript that is summed up: its newest turns stay as they are
SHARE = 0.85  # of a model's context that a request may take, the rest is for the answer

SUMMARY_INSTRUCTIONS = (
    "Sum up the conversation so far for somebody who will go on with the work and sees only your "
    "summary. Begin with the newest request, word for word. Then: what was found out (with "
    "figures, names and paths), what was done, what is still to do. Do not add anything."
)


def tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return _estimate(len(text.encode()))


def request_tokens(request: ModelRequest) -> int:
    """Estimate the tokens of a whole request."""
    fixed = len(request.instructions.encode()) + _bytes_of(request.tools)
    return _estimate(fixed) + sum(item_tokens(item) for item in request.items)


def _estimate(size_bytes: int) -> int:
    return int(size_bytes / BYTES_PER_TOKEN) + 1


@lru_cache(maxsize=32)
def _bytes_of(tools: tuple[ToolSpec, ...]) -> int:
    """Return the size of a set of tools, which is the same in nearly every request."""
    return sum(
        len(text.encode())
        for tool in tools
        for text in (tool.name, tool.description, tool.parameters)
    )


def item_tokens(item: Item) -> int:
    """Estimate the tokens of one item of a transcript."""
    match item:
        case UserText(text=text, pictures=pictures):
            return tokens(text) + PICTURE_TOKENS * len(pictures)
        case ToolOutput(output=output):
            return tokens(output)
        case AssistantTurn(text=text, tool_calls=calls):
            return tokens(text) + sum(tokens(call.name + call.arguments) for call in calls)


def divide(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Divide a transcript into what may be summed up and what stays.

    A tool's output stays with the turn that called it, so the cut lies before a user's or an
    assistant's turn; nothing stays where the newest turn alone is too large. Returns no first part
    where there is nothing to gain.
    """
    if len(items) <= 1:
        return (), items
    room = KEPT_SHARE * sum(item_tokens(item) for item in items)
    cut = len(items)
    for place in range(len(items) - 1, 0, -1):
        room -= item_tokens(items[place])
        if room < 0:
            break
        if not isinstance(items[place], ToolOutput):
            cut = place
    return items[:cut], items[cut:]


def as_text(items: tuple[Item, ...]) -> str:
    """Write a transcript as plain text, to be summed up."""
    return "\n".join(_line(item) for item in items)


def _line(item: Item) -> str:
    match item:
        case UserText(text=text, pictures=pictures):
            return f"Person: {text}" + " [a picture]" * len(pictures)
        case ToolOutput(output=output):
            return f"Tool: {output}"
        case AssistantTurn(text=text, tool_calls=calls):
            asked = "".join(f" [calls {call.name} {call.arguments}]" for call in calls)
            return f"Assistant: {text}{asked}"
