"""What becomes of CommonMark in Slack's own markup."""

import pytest

from channels.slack.mrkdwn import to_mrkdwn
from channels.text.marked import ZERO_WIDTH_SPACE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** *it* ~~gone~~ `a<b`", "*bold* _it_ ~gone~ `a&lt;b`"),
        ("***both***", "*_both_*"),
        ("# Title with *it*", "*Title with _it_*"),
        ("[a & b](https://e.org/?x=1&y=2)", "<https://e.org/?x=1&amp;y=2|a &amp; b>"),
        ("![cat](https://e.org/cat.png)", "<https://e.org/cat.png|cat>"),
        ("[page](/here)", "page (/here)"),
        ("text <!channel> and <@U1>", "text &lt;!channel&gt; and &lt;@U1&gt;"),
        ("- a\n  1. b\n- [x] c\n- [ ] d", "• a\n    1. b\n☑ c\n☐ d"),
        ("> said\n> > before", "> said\n>\n> before"),
        ("```py\nx < 1\n```", "```\nx &lt; 1\n```"),
        ("|a|b|\n|-|-:|\n|你好|1|", "```\na     b\n----  -\n你好  1\n```"),
        ("a<br>b\\\nc\nd", "a\nb\nc\nd"),
        ("snake_case and 2 * 3 * 4", "snake_case and 2 * 3 * 4"),
        ("[note]: tomorrow", "[note]: tomorrow"),
        ("", "…"),
        ("<!-- x -->", "&lt;!-- x --&gt;"),
    ],
)
def test_markup_becomes_slacks(text: str, shown: str) -> None:
    """Each construct is written as Slack reads it, and what it lacks as text."""
    assert to_mrkdwn(text) == shown


def test_bold_beside_chinese_is_seen() -> None:
    """A zero-width space makes the border of a word where Chinese has none."""
    shown = to_mrkdwn("这是**“重点”**内容")
    assert shown == f"这是{ZERO_WIDTH_SPACE}*“重点”*{ZERO_WIDTH_SPACE}内容"


def test_literal_marks_are_kept_apart() -> None:
    """What was escaped in CommonMark is not taken for a mark."""
    assert to_mrkdwn(r"\*not bold\*").replace(ZERO_WIDTH_SPACE, "|") == "|*|not bold|*|"
    assert to_mrkdwn(r"\> no quote") == f"{ZERO_WIDTH_SPACE}&gt; no quote"
