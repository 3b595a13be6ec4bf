"""What becomes of CommonMark in DingTalk's Markdown."""

import pytest

from channels.dingtalk.markdown import to_dingtalk
from channels.text.marked import ZERO_WIDTH_SPACE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** *it* ~~gone~~ `a<b`", "**bold** *it* ~~gone~~ `a<b`"),
        ("## Title\ntext", "## Title\n\ntext"),
        ("[a & b](https://e.org/?x=1&y=2)", "[a &amp; b](https://e.org/?x=1&amp;y=2)"),
        ("![cat](https://e.org/cat.png)", "![cat](https://e.org/cat.png)"),
        ("<b>x</b> a < b", "&lt;b&gt;x&lt;/b&gt; a &lt; b"),
        ("- a\n  1. b\n- [x] c\n- [ ] d", "- a\n    1. b\n- ☑ c\n- ☐ d"),
        ("> said\n> again", "> said  \n> again"),
        ("```py\nx < 1\n```", "```py\nx < 1\n```"),
        ("|a|b|\n|-|-:|\n|你好|1|", "**a** | **b**  \n你好 | 1"),
        ("one\ntwo", "one  \ntwo"),
        (r"2 \* 3 snake_case \*x\*", r"2 * 3 snake_case \*x\*"),
        ("", "…"),
        ("<!-- x -->", "&lt;!-- x --&gt;"),
    ],
)
def test_markup_becomes_dingtalks(text: str, shown: str) -> None:
    """Each construct is written as DingTalk reads it, and what it lacks as text."""
    assert to_dingtalk(text) == shown


def test_bold_beside_chinese_is_seen() -> None:
    """A zero-width space stands for the letter that has to be beside a mark."""
    shown = to_dingtalk("这是**“重点”**内容")
    assert shown.replace(ZERO_WIDTH_SPACE, "|") == "这是**|“重点”|**内容"


@pytest.mark.parametrize("text", [r"\# no title", r"\- no entry", r"1\. no number", r"\=="])
def test_text_does_not_become_a_block(text: str) -> None:
    """What was escaped at the beginning of a line is text."""
    assert to_dingtalk(text) == ZERO_WIDTH_SPACE + text.replace("\\", "")
