"""What becomes of CommonMark in Slack's markdown blocks."""

import pytest

from channels.slack.block import to_markdown_block
from channels.text.marked import ZERO_WIDTH_SPACE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** *it* ~~gone~~ `a<b`", "**bold** *it* ~~gone~~ `a<b`"),
        ("# Title", "# Title"),
        ("[a & b](https://e.org/?x=1&y=2)", "[a & b](https://e.org/?x=1&y=2)"),
        ("- a\n  1. b\n- [x] c\n- [ ] d", "- a\n    1. b\n- [x] c\n- [ ] d"),
        (
            r"|a\|b|`c\|d`|" + "\n|-|-:|\n|你好|1|",
            "| a\\|b | `c\\|d` |\n| :-- | --: |\n| 你好 | 1 |",
        ),
        ("2 * 3 snake_case a < b & c", "2 * 3 snake_case a < b & c"),
        ("call <@U01ABC>", "call <@U01ABC>"),
    ],
)
def test_markup_is_kept(text: str, shown: str) -> None:
    """What Slack reads as CommonMark does is written so."""
    assert to_markdown_block(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("这是**“重点”**内容", "这是**|“重点”|**内容"),
        ("~~gone~~_~~gone~~1_", "~~gone*gone*|~~|*1*"),
        ("***both****it****both***", "**both**it**both**"),
        ("all: <!channel>", "all: <|!channel>"),
        ("`<!here>`", "`<|!here>`"),
        ("vector<int> &amp;amp;", "vector<|int> &|amp;"),
        ("<@all>", "<|@all>"),
        ("[note]: tomorrow", "|[note]: tomorrow"),
    ],
)
def test_what_slack_would_misread_is_parted(text: str, shown: str) -> None:
    """A zero-width space keeps Slack from hiding marks, calling everybody or dropping text."""
    assert to_markdown_block(text).replace(ZERO_WIDTH_SPACE, "|") == shown
