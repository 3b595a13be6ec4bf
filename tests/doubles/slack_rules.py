"""What Slack refuses, in its own words.

Limits are those of https://docs.slack.dev/reference/block-kit/blocks and of the methods' pages.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from markdown_it import MarkdownIt

from tests.doubles.markup import MarkupRefusal
from tests.doubles.slack_markup import check_markdown_block, check_mrkdwn

JsonObject = dict[str, object]

MAX_POST_TEXT: Final = 40_000
MAX_UPDATE_TEXT: Final = 4_000
_MAX_BLOCKS: Final = 50
_MAX_MARKDOWN: Final = 12_000
_MAX_SECTION: Final = 3_000


class ApiRefusal(Exception):  # noqa: N818 - Slack's answer, not a malfunction
    """An answer with `ok: false`."""

    def __init__(self, code: str, *, status: int = 200, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.retry_after = retry_after


def check_content(arguments: JsonObject, *, most_text: int) -> tuple[str, list[JsonObject]]:
    """Return the text and the blocks of a message; raises `ApiRefusal`."""
    text, blocks = arguments.get("text", ""), arguments.get("blocks", [])
    if not isinstance(text, str) or not isinstance(blocks, list):
        raise ApiRefusal("invalid_arguments")
    if not text.strip():
        raise ApiRefusal("no_text")  # stricter than Slack, where blocks will do
    if len(text) > most_text:
        raise ApiRefusal("msg_too_long")
    if arguments.get("mrkdwn", True):
        _taken(check_mrkdwn, text)
    check_blocks(blocks)
    return text, blocks


def check_blocks(blocks: Sequence[JsonObject]) -> None:
    """Raise `ApiRefusal` unless Slack would show the blocks."""
    if len(blocks) > _MAX_BLOCKS:
        raise ApiRefusal("invalid_blocks")
    for block in blocks:
        check = _CHECKS.get(str(block.get("type")))
        if check is None or not check(block):
            raise ApiRefusal("invalid_blocks")
    written = sum(len(str(block["text"])) for block in blocks if block["type"] == "markdown")
    if written > _MAX_MARKDOWN:
        raise ApiRefusal("invalid_blocks")


def check_metadata(metadata: object) -> JsonObject | None:
    """Return a message's metadata; raises `ApiRefusal`."""
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise ApiRefusal("invalid_metadata_format")
    return metadata


def visible_text(text: str, blocks: Sequence[JsonObject]) -> str:
    """Return what a person reads: the blocks if there are any, else the text."""
    shown = [words for block in blocks if (words := _block_text(block))]
    return "\n".join(shown) if shown else _without_escapes(text)


def _is_text(block: JsonObject, kinds: frozenset[str], most: int) -> bool:
    match block:
        case {"type": str(kind), "text": str(text)}:
            if kind == "mrkdwn":
                _taken(check_mrkdwn, text)
            return kind in kinds and 0 < len(text) <= most
        case _:
            return False


def _is_section(block: JsonObject) -> bool:
    text = block.get("text")
    return isinstance(text, dict) and _is_text(
        text, frozenset({"mrkdwn", "plain_text"}), _MAX_SECTION
    )


def _is_actions(block: JsonObject) -> bool:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        return False
    ids = {element.get("action_id") for element in elements}
    return len(ids) == len(elements) and all(map(_is_button, elements))


def _is_button(element: JsonObject) -> bool:
    label, value = element.get("text"), element.get("value", "")
    return (
        element.get("type") == "button"
        and isinstance(label, dict)
        and _is_text(label, frozenset({"plain_text"}), 75)
        and isinstance(value, str)
        and len(value) <= 2_000
    )


def _is_context(block: JsonObject) -> bool:
    elements = block.get("elements")
    kinds = frozenset({"mrkdwn", "plain_text"})
    return isinstance(elements, list) and all(_is_text(one, kinds, 3_000) for one in elements)


def _is_markdown(block: JsonObject) -> bool:
    text = block.get("text")
    if not isinstance(text, str) or not text.strip():
        return False
    _taken(check_markdown_block, text)
    return True


def _taken(check: Callable[[str], str], text: str) -> None:
    """Refuse what Slack would refuse or garble; Slack itself says so less strictly."""
    try:
        check(text)
    except MarkupRefusal as refusal:
        raise ApiRefusal("invalid_blocks") from refusal


_CHECKS: Final[Mapping[str, Callable[[JsonObject], bool]]] = {
    "markdown": _is_markdown,
    "section": _is_section,
    "actions": _is_actions,
    "context": _is_context,
}


def _block_text(block: JsonObject) -> str:
    match block:
        case {"type": "markdown", "text": str(text)}:
            return _rendered(text)
        case {"type": "section", "text": {"text": str(text)}}:
            return _without_escapes(text)
        case _:
            return ""


def _rendered(markdown: str) -> str:
    """Return CommonMark without its markup."""
    lines = []
    for token in MarkdownIt().parse(markdown):
        if token.type == "inline" and token.children:
            lines.append(
                "".join(child.content or "\n" * _is_break(child.type) for child in token.children)
            )
        elif token.content:
            lines.append(token.content.rstrip("\n"))
    return "\n".join(lines)


def _is_break(kind: str) -> bool:
    return kind in {"softbreak", "hardbreak"}


def _without_escapes(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
