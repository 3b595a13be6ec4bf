"""What a person may choose, as buttons; pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pydantic import JsonValue

from channels.slack.payload import JsonObject

_MAX_BUTTONS: Final = 25  # https://docs.slack.dev/reference/block-kit/blocks/actions-block
_MAX_LABEL: Final = 75  # https://docs.slack.dev/reference/block-kit/block-elements/button-element
_MAX_VALUE: Final = 2_000  # the same page
_OPTION: Final = "crewdesk_option"


def option_blocks(options: Sequence[str]) -> Iterator[JsonObject]:
    """Yield the block with a button for each option, if there are any."""
    if options:
        buttons: list[JsonValue] = [
            _button(number, option) for number, option in enumerate(options[:_MAX_BUTTONS])
        ]
        yield {"type": "actions", "elements": buttons}


def is_option(action_id: str) -> bool:
    """Tell whether a button is one of those that `option_blocks` made."""
    return action_id.startswith(f"{_OPTION}:")


def chosen_blocks(blocks: Iterable[JsonObject], choice: str) -> list[JsonValue]:
    """Return a message's blocks with the choice in place of the buttons."""
    kept: list[JsonValue] = [block for block in blocks if block.get("type") != "actions"]
    mark: JsonObject = {"type": "plain_text", "text": f"✓ {choice}"[:_MAX_VALUE], "emoji": False}
    return [*kept, {"type": "context", "elements": [mark]}]


def _button(number: int, option: str) -> JsonObject:
    label = option if len(option) <= _MAX_LABEL else f"{option[: _MAX_LABEL - 1]}…"
    return {
        "type": "button",
        "action_id": f"{_OPTION}:{number}",
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "value": option[:_MAX_VALUE],
    }
