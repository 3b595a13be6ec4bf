"""What the rendering suite has to know of a platform."""

import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from rich.console import Console

from channels.dingtalk.markdown import to_dingtalk
from channels.dingtalk.outbound import split as split_for_dingtalk
from channels.slack.block import to_markdown_block
from channels.slack.mrkdwn import to_mrkdwn
from channels.slack.outbound import split as split_for_slack
from channels.telegram.outbound import MAX_TEXT_UNITS, render, utf16_units
from channels.telegram.outbound import split as split_for_telegram
from channels.terminal.split import MAX_CHARS, split_text
from gateway.cli.markdown import shown_markdown
from tests.doubles import dingtalk_markup, slack_markup
from tests.doubles.dingtalk_rules import CARD_BYTES
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

    def holds(self, text: str, shown: str, wanted: str) -> bool:
        """Tell whether what is shown of a text holds all that is wanted, in its order."""

    @property
    def leaked(self) -> str:
        """Which marks of markup the platform cannot hide."""


class TelegramKit:
    """Text with entities; UTF-16 units."""

    limit = MAX_TEXT_UNITS
    leaked = ""

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

    def holds(self, text: str, shown: str, wanted: str) -> bool:
        """See `RenderKit.holds`."""
        del text
        return holds_in_order(shown, wanted)


class _MarkupKit:
    """A platform whose message is one text."""

    def __init__(
        self,
        limit: int,
        size: Callable[[str], int],
        show: Callable[[str], str],
        split: Callable[[str], Sequence[str]],
        *,
        leaked: str = "",
    ) -> None:
        self.limit = limit
        self.size = size
        self.show = show
        self.split = split
        self.leaked = leaked

    def holds(self, text: str, shown: str, wanted: str) -> bool:
        """See `RenderKit.holds`."""
        del text
        return holds_in_order(shown, wanted)


class TerminalKit:
    """Rich's Markdown on a screen so wide that no table is folded; characters of the text."""

    limit = MAX_CHARS
    leaked = ""

    def split(self, text: str) -> Sequence[str]:
        """See `RenderKit.split`."""
        return split_text(text)

    def size(self, part: str) -> int:
        """See `RenderKit.size`."""
        return len(part)

    def show(self, part: str) -> str:
        """See `RenderKit.show`."""
        return on_screen(part, columns=1_000)

    def holds(self, text: str, shown: str, wanted: str) -> bool:
        """See `RenderKit.holds`; the lines of a cell stand beside those of the next one."""
        if "<br>" in text and "|" in text:
            return Counter(shown) >= Counter(wanted)
        return holds_in_order(shown, wanted)


def on_screen(text: str, *, columns: int) -> str:
    """Return what the terminal client prints."""
    screen = Console(width=columns, file=io.StringIO(), color_system=None, legacy_windows=False)
    with screen.capture() as shown:
        screen.print(shown_markdown(text))
    return shown.get()


def kits() -> Mapping[str, RenderKit]:
    """Return the platforms by name; Slack twice, for its two kinds of text."""
    return {
        "telegram": TelegramKit(),
        "slack-mrkdwn": _MarkupKit(
            slack_markup.MAX_TEXT_CHARS,
            lambda part: len(to_mrkdwn(part)),
            lambda part: slack_markup.check_mrkdwn(to_mrkdwn(part)),
            split_for_slack,
        ),
        "slack-block": _MarkupKit(
            slack_markup.MAX_MARKDOWN_CHARS,
            lambda part: len(to_markdown_block(part)),
            lambda part: slack_markup.check_markdown_block(to_markdown_block(part)),
            split_for_slack,
        ),
        "dingtalk": _MarkupKit(
            CARD_BYTES,  # a message of a robot's may be longer
            lambda part: len(to_dingtalk(part).encode()),
            lambda part: dingtalk_markup.check_markdown(to_dingtalk(part)),
            split_for_dingtalk,
            leaked="~",  # it knows no strike-through
        ),
        "terminal": TerminalKit(),
    }
