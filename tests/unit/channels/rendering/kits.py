"""What the rendering suite has to know of a platform."""

import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from rich.console import Console

from channels.dingtalk.markdown import to_dingtalk
from channels.slack.mrkdwn import to_mrkdwn
from channels.telegram.outbound import MAX_TEXT_UNITS, render, utf16_units
from channels.telegram.outbound import split as split_for_telegram
from channels.terminal.split import MAX_CHARS, split_text
from channels.text.split import split_markdown
from gateway.cli.markdown import shown_markdown
from tests.doubles import dingtalk_markup, slack_markup
from tests.doubles.markup import holds_in_order
from tests.doubles.telegram_rules import check_text


class RenderKit(Protocol):
    """One platform: pure, like the renderers. `limit` and `size` are in the platform's own unit."""

    @property
    def limit(self) -> int:
        """What one message may hold."""

    def split(self, text: str) -> Sequence[str]:
        """Divide a text as the channel does."""

    def size(self, part: str) -> int:
        """Return how much of the limit a part takes once it is rendered."""

    def show(self, part: str) -> str:
        """Return what is seen of a rendered part; raises what the platform's double raises."""

    def holds(self, shown: str, wanted: str) -> bool:
        """Tell whether a shown text holds all characters that are wanted, in their order."""


class TelegramKit:
    """Text with entities; UTF-16 units."""

    limit = MAX_TEXT_UNITS

    def split(self, text: str) -> Sequence[str]:
        """See `RenderKit.split`."""
        return split_for_telegram(text)

    def size(self, part: str) -> int:
        """See `RenderKit.size`."""
        return utf16_units(render(part).text)

    def show(self, part: str) -> str:
        """See `RenderKit.show`."""
        rendered = render(part)
        entities = [
            {key: value for key, value in asdict(entity).items() if value is not None}
            for entity in rendered.entities
        ]
        return check_text({"text": rendered.text, "entities": json.dumps(entities)}).text

    holds = staticmethod(holds_in_order)


class _MarkupKit:
    """A platform whose message is one text."""

    def __init__(self, limit: int, size: Callable[[str], int], show: Callable[[str], str]) -> None:
        self.limit = limit
        self.size = size
        self.show = show

    def split(self, text: str) -> Sequence[str]:
        """See `RenderKit.split`."""
        return split_markdown(text, lambda part: self.size(part) <= self.limit)

    holds = staticmethod(holds_in_order)


class TerminalKit:
    """Rich's Markdown on a screen of 60 columns; characters of the frame's text."""

    limit = MAX_CHARS

    def split(self, text: str) -> Sequence[str]:
        """See `RenderKit.split`."""
        return split_text(text)

    def size(self, part: str) -> int:
        """See `RenderKit.size`."""
        return len(part)

    def show(self, part: str) -> str:
        """See `RenderKit.show`."""
        screen = Console(width=60, file=io.StringIO(), color_system=None, legacy_windows=False)
        with screen.capture() as shown:
            screen.print(shown_markdown(part))
        return shown.get()

    def holds(self, shown: str, wanted: str) -> bool:
        """See `RenderKit.holds`; the cells of a row stand side by side, line by line."""
        return Counter(shown) >= Counter(wanted)


def kits() -> Mapping[str, RenderKit]:
    """Return the platforms by name; Slack twice, for its two kinds of text."""
    return {
        "telegram": TelegramKit(),
        "slack-mrkdwn": _MarkupKit(
            slack_markup.MAX_TEXT_CHARS,
            lambda part: len(to_mrkdwn(part)),
            lambda part: slack_markup.check_mrkdwn(to_mrkdwn(part)),
        ),
        "slack-block": _MarkupKit(
            slack_markup.MAX_MARKDOWN_CHARS, len, slack_markup.check_markdown_block
        ),
        "dingtalk": _MarkupKit(
            dingtalk_markup.MAX_BYTES,
            lambda part: len(to_dingtalk(part).encode()),
            lambda part: dingtalk_markup.check_markdown(to_dingtalk(part)),
        ),
        "terminal": TerminalKit(),
    }
