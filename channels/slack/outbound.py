"""What Crewdesk says, as the arguments of Slack's methods; pure."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from channels.message import OutboundMessage
from channels.slack.block import to_markdown_block
from channels.slack.buttons import option_blocks
from channels.slack.mrkdwn import to_mrkdwn
from channels.slack.payload import JsonObject
from channels.text.split import NOTHING, split_markdown
from channels.text.wellformed import wellformed

MAX_MARKDOWN: Final = 12_000
"""Characters of all markdown blocks of a message.

Source: https://docs.slack.dev/reference/block-kit/blocks/markdown-block
"""

METADATA_TYPE: Final = "crewdesk_message"
_GROWING: Final = " …"
_ROOM: Final = 100  # characters kept free, for that sign
_MARKUP: Final = "*_`~()>#!&-+=\\:."  # what a block may need characters more for
_MAY_GROW_MUCH: Final = "|<["  # tables, and links, whose address may come to stand there twice
_MOST_PER_LINE: Final = 2  # the end of a line is marked
_MOST_PER_CONTAINER: Final = 4  # columns before a line, for each list or quote around it
_MOST_CONTAINERS: Final = 20
_USUAL_GROWTH: Final = 2  # of a text that becomes Slack's own markup
_MOST_GROWTH: Final = 8  # "&" becomes "&amp;"
_MAX_SECTION: Final = 3_000  # https://docs.slack.dev/reference/block-kit/blocks/section-block
_MAX_TEXT: Final = 3_900  # https://docs.slack.dev/reference/methods/chat.update#errors: 4,000
_NAMESPACE: Final = uuid.UUID("6a1c1d8c-7b70-5d3f-9d43-8a3c2f2f4a51")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to show a text: Slack may refuse the better one, then the next is tried."""

    text: str
    blocks: tuple[JsonObject, ...] = ()
    is_markup: bool = True

    def arguments(self) -> JsonObject:
        """Return what a method that posts or updates is told of it."""
        shown: JsonObject = {"text": self.text, "blocks": list(self.blocks)}
        return shown if self.is_markup else shown | {"mrkdwn": False, "parse": "none"}


def split(text: str) -> Sequence[str]:
    """Divide CommonMark into parts that each fit one Slack message; see `split_markdown`."""
    if text.strip() and _surely_fits(text):
        return (text,)
    return split_markdown(text, _fits_one_block)


def forms(message: OutboundMessage) -> Iterator[Form]:
    """Yield the ways to show a message, the best first: Markdown, Slack's own markup, plain."""
    source = wellformed(message.text) if message.text.strip() else NOTHING
    if message.is_growing:
        source += _GROWING
    text, buttons = _summary(source), option_blocks(message.options)
    markdown: JsonObject = {"type": "markdown", "text": to_markdown_block(source)}
    yield Form(text=text, blocks=(markdown, *buttons))
    yield Form(text=text, blocks=(*_sections(source), *buttons))
    yield Form(text=_escaped(source), is_markup=False)


def identity_of(outbox_id: str) -> JsonObject:
    """Return what tells a message apart from all others, also in the history of its channel.

    Slack keeps metadata for apps to find; `client_msg_id` is its own clients' mark, which keeps a
    message from being posted twice, but nobody promises it to apps:
    https://docs.slack.dev/messaging/message-metadata,
    https://github.com/slackapi/java-slack-sdk/issues/852
    """
    payload: JsonObject = {"outbox_id": outbox_id}
    return {
        "client_msg_id": client_msg_id(outbox_id),
        "metadata": {"event_type": METADATA_TYPE, "event_payload": payload},
    }


def client_msg_id(outbox_id: str) -> str:
    """Return the same id each time a part is tried."""
    return str(uuid.uuid5(_NAMESPACE, outbox_id))


def place_of(message: OutboundMessage) -> JsonObject:
    """Return where a message is to be posted."""
    place: JsonObject = {"channel": message.conversation.chat_id}
    thread = message.conversation.thread_id
    return place | {"thread_ts": thread} if thread else place


def post_arguments(message: OutboundMessage, form: Form) -> JsonObject:
    """Return the arguments of chat.postMessage."""
    quiet: JsonObject = {"unfurl_links": False, "unfurl_media": False}
    return place_of(message) | form.arguments() | identity_of(message.outbox_id) | quiet


def update_arguments(message_id: str, message: OutboundMessage, form: Form) -> JsonObject:
    """Return the arguments of chat.update; what it does not name, such as metadata, stays."""
    place: JsonObject = {"channel": message.conversation.chat_id, "ts": message_id}
    return place | form.arguments()


def _fits_one_block(part: str) -> bool:
    return _surely_fits(part) or _units(to_markdown_block(part)) <= MAX_MARKDOWN - _ROOM


def _surely_fits(part: str) -> bool:
    """Tell, without rendering, that a part fits: most answers are short.

    A mark takes two characters more at most, a line those of its end and of the lists and quotes
    around it.
    """
    if any(mark in part for mark in _MAY_GROW_MUCH):
        return False
    marks = sum(map(part.count, _MARKUP))
    containers = min(_MOST_CONTAINERS, marks)
    per_line = _MOST_PER_LINE + _MOST_PER_CONTAINER * containers
    most = _units(part) + 2 * marks + per_line * (part.count("\n") + 1)
    return most <= MAX_MARKDOWN - _ROOM


def _sections(source: str) -> Iterator[JsonObject]:
    for text in _mrkdwn_parts(source, _MAX_SECTION):
        yield {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _summary(source: str) -> str:
    """Return what a notification shows; chat.update takes no more than 4,000 characters of it."""
    beginning = source if _units(source) <= _MAX_TEXT else split_markdown(source, _is_short)[0]
    return next(_mrkdwn_parts(beginning, _MAX_TEXT))


def _is_short(text: str) -> bool:
    return _units(text) <= _MAX_TEXT // _USUAL_GROWTH


def _mrkdwn_parts(source: str, most: int) -> Iterator[str]:
    """Yield CommonMark as Slack's own markup, in parts of at most `most` units as a rule.

    Rendering is dear, so where to cut is told by the source: what grows beyond its due is cut
    smaller. What even then is too long (a table of one wide column) Slack refuses.
    """
    shown = to_mrkdwn(source)
    if _units(shown) <= most:
        yield shown
        return
    for part in split_markdown(source, lambda text: _units(text) <= most // _USUAL_GROWTH):
        text = to_mrkdwn(part)
        if _units(text) <= most:
            yield text
        else:
            smaller = split_markdown(part, lambda text: _units(text) <= most // _MOST_GROWTH)
            yield from map(to_mrkdwn, smaller)


def _escaped(text: str) -> str:
    """Return a text that Slack shows as it is written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _units(text: str) -> int:
    """Return the length as Slack counts it, no shorter: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
