"""What the bot says as DingTalk takes it: Markdown, buttons, files, in its two ways of sending."""

import json
import re
from dataclasses import dataclass
from typing import Final, assert_never
from urllib.parse import quote

from channels.dingtalk.markdown import to_dingtalk
from channels.dingtalk.payload import JsonObject
from channels.message import OutboundMessage
from channels.text.split import NOTHING, split_markdown
from channels.text.wellformed import wellformed

PART_BYTES: Final = 9_500
"""The largest part: UTF-8 bytes of its JSON, with room for buttons and the mark of a repetition.

A card's text may have 10 KB (https://open.dingtalk.com/document/app/api-streamingupdate), a robot's
message 15,000 bytes (https://open.dingtalk.com/document/orgapp/the-robot-sends-a-group-message).
"""

MOST_BUTTONS: Final = 5
BUTTON_CHARACTERS: Final = 20
URL_CHARACTERS: Final = 500
"""Limits of buttons and their links.

Source: https://open.dingtalk.com/document/orgapp/types-of-messages-sent-by-enterprise-robots
"""

_TITLE_CHARACTERS: Final = 40  # what a notification shows
_MARKUP: Final = re.compile(r"[^\w ，。？！：；、（）“”]")
_MOST_ADDED_BYTES: Final = 12  # by rendering and JSON, for a character that is more than a letter
_FRAME_BYTES: Final = 250  # the names of the values, and the title
_SAY: Final = "dtmd://dingtalkclient/sendMessage?content="
_MARKS: Final = re.compile(r"^[\s#>*+\-]+|[*_`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button; a press lets the person say its title."""

    title: str

    @property
    def url(self) -> str:
        """The link behind it, which only DingTalk's own client follows."""
        return _SAY + quote(self.title, safe="")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownContent:
    """A formatted text; `title` is shown in notifications only."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainContent:
    """A text without any markup."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonContent:
    """A formatted text with one to five buttons under it."""

    title: str
    text: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """An uploaded file; `extension` comes without the dot."""

    media_id: str
    name: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContent:
    """An uploaded picture."""

    media_id: str


TextContent = MarkdownContent | PlainContent | ButtonContent
Content = TextContent | FileContent | PictureContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A robot's message: the name of its kind, and what is filled in."""

    key: str
    values: JsonObject


def render(message: OutboundMessage) -> TextContent:
    """Return a message as DingTalk shows it; options become buttons, or links where they can't."""
    title, text = title_of(message.text), to_dingtalk(message.text)
    if not message.options:
        return MarkdownContent(title=title, text=text)
    buttons = tuple(Button(title=option) for option in message.options)
    if len(buttons) <= MOST_BUTTONS and all(map(_fits_a_button, buttons)):
        return ButtonContent(title=title, text=text, buttons=buttons)
    links = "\n".join(f"- {_link(button)}" for button in buttons)
    return MarkdownContent(title=title, text=f"{text}\n\n{links}")


def listed(message: OutboundMessage) -> str:
    """Return a message's text with its options under it, for where there are no buttons."""
    options = "\n".join(f"- {option}" for option in message.options)
    return f"{message.text}\n\n{options}" if options else message.text


def plain(message: OutboundMessage) -> PlainContent:
    """Return a message as it was written, for where DingTalk refuses the markup."""
    return PlainContent(text=wellformed(listed(message)).strip() or NOTHING)


def title_of(text: str) -> str:
    """Return what a notification shows of a text: the beginning of its first line, bare."""
    lines = (_MARKS.sub("", line).strip() for line in wellformed(text).splitlines())
    first = next((line for line in lines if line), NOTHING)
    return first if len(first) <= _TITLE_CHARACTERS else first[: _TITLE_CHARACTERS - 1] + "…"


def split(text: str) -> tuple[str, ...]:
    """Divide CommonMark into parts that each fit one DingTalk message; see `split_markdown`."""
    return split_markdown(text, _fits_one_message)


def part_bytes(text: str) -> int:
    """Return how large the message is that shows a text."""
    values = template(MarkdownContent(title=title_of(text), text=to_dingtalk(text))).values
    return len(json_text(values).encode())


def most_part_bytes(text: str) -> int:
    """Return how large that message is at most, without rendering it."""
    added = _MOST_ADDED_BYTES * len(_MARKUP.findall(text))
    return len(text.encode(errors="replace")) + added + _FRAME_BYTES


def json_text(values: JsonObject) -> str:
    """Return JSON in its shortest form: DingTalk counts its UTF-8 bytes."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def webhook_body(content: TextContent) -> JsonObject:
    """Return the body of a reply by a session webhook.

    Source: https://open.dingtalk.com/document/orgapp/robot-message-type
    """
    match content:
        case MarkdownContent(title=title, text=text):
            return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
        case PlainContent(text=text):
            return {"msgtype": "text", "text": {"content": text}}
        case ButtonContent(title=title, text=text, buttons=buttons):
            card: JsonObject = {
                "title": title,
                "text": text,
                "btnOrientation": "0",
                "btns": [{"title": one.title, "actionURL": one.url} for one in buttons],
            }
            return {"msgtype": "actionCard", "actionCard": card}
        case _:
            assert_never(content)


def template(content: Content) -> Template:
    """Return a robot's message.

    Source: https://open.dingtalk.com/document/orgapp/types-of-messages-sent-by-enterprise-robots
    """
    match content:
        case MarkdownContent(title=title, text=text):
            return Template(key="sampleMarkdown", values={"title": title, "text": text})
        case PlainContent(text=text):
            return Template(key="sampleText", values={"content": text})
        case ButtonContent():
            return _button_template(content)
        case FileContent(media_id=media_id, name=name, extension=extension):
            values: JsonObject = {"mediaId": media_id, "fileName": name, "fileType": extension}
            return Template(key="sampleFile", values=values)
        case PictureContent(media_id=media_id):
            return Template(key="sampleImageMsg", values={"photoURL": media_id})
        case _:
            assert_never(content)


def _button_template(content: ButtonContent) -> Template:
    values = {"title": content.title, "text": content.text}
    if len(content.buttons) == 1:
        (only,) = content.buttons
        values |= {"singleTitle": only.title, "singleURL": only.url}
        return Template(key="sampleActionCard", values=values)
    for number, button in enumerate(content.buttons, start=1):
        values |= {f"actionTitle{number}": button.title, f"actionURL{number}": button.url}
    return Template(key=f"sampleActionCard{len(content.buttons)}", values=values)


def _fits_a_button(button: Button) -> bool:
    return len(button.title) <= BUTTON_CHARACTERS and len(button.url) <= URL_CHARACTERS


def _link(button: Button) -> str:
    shown = re.sub(r"([\[\]])", r"\\\1", button.title)
    return f"[{shown}]({button.url})" if len(button.url) <= URL_CHARACTERS else shown


def _fits_one_message(text: str) -> bool:
    # Rendering takes some 30 µs a character: what is clear without it needs none.
    if len(text.encode(errors="replace")) > PART_BYTES:
        return False
    return most_part_bytes(text) <= PART_BYTES or part_bytes(text) <= PART_BYTES
