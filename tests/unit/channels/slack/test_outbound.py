"""How a text becomes what Slack is told."""

from channels.message import ConversationAddress, OutboundMessage
from channels.slack.buttons import chosen_blocks, option_blocks
from channels.slack.outbound import (
    MAX_MARKDOWN,
    client_msg_id,
    forms,
    post_arguments,
    split,
    update_arguments,
)
from tests.doubles.slack_rules import check_blocks

CONVERSATION = ConversationAddress(
    channel="slack", account="U0BOT", chat_id="C1", thread_id="1690000010.000200"
)


def message(text: str, *, is_growing: bool = False) -> OutboundMessage:
    """Return a message to a thread."""
    return OutboundMessage(
        outbox_id="out-1", conversation=CONVERSATION, text=text, is_growing=is_growing
    )


def test_markdown_comes_first_then_slacks_markup_then_plain() -> None:
    """Each form says the same; the last one has no markup that could be refused."""
    first, second, third = forms(message("**a** <b> & c"))
    assert first.blocks == ({"type": "markdown", "text": "**a** <\u200bb> & c"},)
    assert second.blocks[0]["type"] == "section"
    assert third.arguments() == {
        "text": "**a** &lt;b&gt; &amp; c",
        "blocks": [],
        "mrkdwn": False,
        "parse": "none",
    }


def test_a_growing_text_says_so() -> None:
    """Whoever reads it knows that more will come."""
    assert next(forms(message("so far", is_growing=True))).blocks[0]["text"] == "so far …"


def test_a_blank_text_is_visible() -> None:
    """Slack refuses a message without a visible character."""
    assert next(forms(message(" \n"))).text == "…"


def test_an_unpaired_surrogate_is_mended() -> None:
    """It could not be encoded."""
    assert "\ud800" not in next(forms(message("a\ud800b"))).text


def test_a_post_goes_to_its_thread_and_an_update_to_its_message() -> None:
    """What an update does not name, such as metadata, stays as it is."""
    form = next(forms(message("hi")))
    posted = post_arguments(message("hi"), form)
    updated = update_arguments("1690000020.000100", message("hi"), form)
    assert (posted["channel"], posted["thread_ts"]) == ("C1", "1690000010.000200")
    assert (updated["channel"], updated["ts"]) == ("C1", "1690000020.000100")
    assert "metadata" not in updated


def test_a_part_keeps_its_mark() -> None:
    """Each try carries the same one, and each part another."""
    assert client_msg_id("out-1") == client_msg_id("out-1") != client_msg_id("out-2")


def test_long_texts_are_split_within_slacks_limit() -> None:
    """Each part leaves room for the sign of growing, in UTF-16 units."""
    parts = split("word 😀 " * 5_000)
    assert len(parts) > 1
    assert all(len(part.encode("utf-16-le")) // 2 + 2 <= MAX_MARKDOWN for part in parts)


def test_every_form_of_a_hard_text_keeps_the_limits() -> None:
    """Characters that are written longer in Slack's markup are cut smaller."""
    for text in ("&" * 11_000, "<b> *a* " * 1_400, "```\n" + "a < b\n" * 1_800 + "```"):
        for form in (form for part in split(text) for form in forms(message(part))):
            check_blocks([dict(block) for block in form.blocks])
            assert form.blocks == () or len(form.text) < 4_000


def test_options_are_buttons_within_slacks_limits() -> None:
    """At most 25, with labels of at most 75 characters."""
    (block,) = option_blocks([f"option {number} " + "x" * 100 for number in range(30)])
    check_blocks([dict(block)])
    assert list(option_blocks(())) == []


def test_a_choice_takes_the_place_of_the_buttons() -> None:
    """The rest of the message stays."""
    (buttons,) = option_blocks(("red", "blue"))
    kept, chosen = chosen_blocks([{"type": "markdown", "text": "Which?"}, buttons], "blue")
    assert kept == {"type": "markdown", "text": "Which?"}
    assert chosen == {
        "type": "context",
        "elements": [{"type": "plain_text", "text": "✓ blue", "emoji": False}],
    }
