"""How messages are shaped for DingTalk, and divided within its limits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.dingtalk.outbound import (
    PART_BYTES,
    ButtonContent,
    FileContent,
    MarkdownContent,
    PictureContent,
    PlainContent,
    json_text,
    most_part_bytes,
    part_bytes,
    plain,
    render,
    split,
    template,
    title_of,
    webhook_body,
)
from channels.message import ConversationAddress, OutboundMessage
from tests.doubles.dingtalk_rules import check_template, check_webhook

CHAT = ConversationAddress(channel="dingtalk", account="dingrobot0001", chat_id="manager4242")
REPORT = "# 报告\n\n一行有 **粗体**、`代码` 和 <b>。More text follows here.\n\n- one\n- two\n\n"


def message(text: str, *options: str) -> OutboundMessage:
    """Return something to say."""
    return OutboundMessage(outbox_id="out-1", conversation=CHAT, text=text, options=options)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# **Report**\n\nAll is well.", "Report"),
        ("\n\n- first\n- second", "first"),
        ("", "…"),
        ("***", "…"),
        ("long " * 20, "long " * 7 + "long…"),
    ],
)
def test_the_title_is_the_bare_first_line(text: str, title: str) -> None:
    """A notification shows it, and DingTalk refuses a blank one."""
    assert title_of(text) == title


def test_few_short_options_are_buttons() -> None:
    """A press lets the person say the option."""
    content = render(message("Which?", "红色", "a&b"))
    assert isinstance(content, ButtonContent)
    urls = [button.url for button in content.buttons]
    say = "dtmd://dingtalkclient/sendMessage?content="
    assert urls == [f"{say}%E7%BA%A2%E8%89%B2", f"{say}a%26b"]


@pytest.mark.parametrize(
    "options", [("a", "b", "c", "d", "e", "f"), ("a very long option indeed",)]
)
def test_options_that_fit_no_buttons_are_links(options: tuple[str, ...]) -> None:
    """Nothing of them is lost: links in a Markdown message do the same."""
    content = render(message("Which?", *options))
    assert isinstance(content, MarkdownContent)
    assert content.text.count("](dtmd://dingtalkclient/sendMessage?content=") == len(options)


def test_an_option_that_fits_no_link_is_a_line() -> None:
    """A person can still read and write it."""
    content = render(message("Which?", "很长" * 40))
    assert content.text.endswith(f"- {'很长' * 40}")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_buttons_have_the_shape_of_their_number(count: int) -> None:
    """DingTalk has a kind of message for one button and for two to five."""
    content = render(message("Which?", *"abcde"[:count]))
    filled = template(content)
    shown = check_template(filled.key, json_text(filled.values))
    assert [title for title, _ in shown.buttons] == list("abcde"[:count])
    assert check_webhook(webhook_body(content)).buttons == shown.buttons


def test_the_plain_form_holds_text_and_options_as_written() -> None:
    """It is for where DingTalk refuses the markup."""
    assert plain(message("a < **b**", "x", "y")) == PlainContent(text="a < **b**\n\n- x\n- y")
    assert plain(message(" ")) == PlainContent(text="…")


def test_files_and_pictures_have_their_own_kinds() -> None:
    """The values are those of DingTalk's documentation."""
    file = template(FileContent(media_id="@m", name="a.pdf", extension="pdf"))
    picture = template(PictureContent(media_id="@m"))
    assert check_template(file.key, json_text(file.values)).kind == "file"
    assert check_template(picture.key, json_text(picture.values)).kind == "picture"


@pytest.mark.parametrize("unit", ["😀", "字", "word ", "\\\\ ", REPORT])
def test_every_part_fits_one_message(unit: str) -> None:
    """Parts stay within the bytes that DingTalk counts, and nothing is lost between them."""
    parts = split(unit * (10_500 // len(unit)))
    assert len(parts) > 1
    assert all(part_bytes(part) <= PART_BYTES for part in parts)


@given(st.text() | st.text("ab字 \n#>*_`~[]()<&|-1.\\:", max_size=120))
def test_a_part_is_never_larger_than_it_seems(text: str) -> None:
    """What is taken for small enough without being rendered is small enough."""
    assert part_bytes(text) <= most_part_bytes(text)


@given(st.text(max_size=200))
def test_any_text_can_be_shown(text: str) -> None:
    """No text breaks a message, by neither way."""
    content = render(message(text))
    filled = template(content)
    assert check_template(filled.key, json_text(filled.values)).text
    assert check_webhook(webhook_body(content)).text
    assert json.loads(json_text(filled.values))
