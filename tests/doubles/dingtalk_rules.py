"""What DingTalk refuses: shapes and sizes, as its documentation has them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.doubles.dingtalk_markup import check_markdown
from tests.doubles.markup import MarkupRefusal

MSG_PARAM_BYTES: Final = 15_000
CARD_BYTES: Final = 10_240
WEBHOOK_BYTES: Final = 20_000
BUTTON_CHARACTERS: Final = 20
URL_CHARACTERS: Final = 500

JsonObject = Mapping[str, object]


class ApiRefusal(Exception):  # noqa: N818 - what the server answers
    """A refusal of the open API; `retry_after` in seconds, None where the server does not say."""

    def __init__(
        self, status: int, code: str, message: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message or code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a checked message shows."""

    kind: str  # markdown, text, buttons, file, picture
    text: str = ""
    title: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    media_id: str = ""


def bad(parameter: str) -> ApiRefusal:
    """Return the refusal of a parameter."""
    return ApiRefusal(400, f"invalidParameter.{parameter}", f"{parameter} is not valid")


def check_template(key: object, param: object) -> Shown:
    """Return what a robot's message shows; raises `ApiRefusal`."""
    if not isinstance(param, str) or len(param.encode()) > MSG_PARAM_BYTES:
        raise bad("msgParam")
    try:
        values = json.loads(param)
    except ValueError:
        raise bad("msgParam") from None
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise bad("msgParam")
    match key:
        case "sampleText":
            _check_names(values, "content")
            return Shown(kind="text", text=values["content"])
        case "sampleMarkdown":
            _check_names(values, "title text")
            return Shown(kind="markdown", title=values["title"], text=_markdown(values["text"]))
        case "sampleFile":
            _check_names(values, "mediaId fileName fileType")
            return Shown(kind="file", text=values["fileName"], media_id=values["mediaId"])
        case "sampleImageMsg":
            _check_names(values, "photoURL")
            return Shown(kind="picture", media_id=values["photoURL"])
        case str() if key.startswith("sampleActionCard"):
            return _check_buttons(key.removeprefix("sampleActionCard"), values)
        case _:
            raise bad("msgKey")


def check_webhook(body: JsonObject) -> Shown:
    """Return what a reply by webhook shows; raises `ApiRefusal` with an errcode as its code."""
    if len(json.dumps(body, ensure_ascii=False).encode()) > WEBHOOK_BYTES:
        raise ApiRefusal(200, "460101", "message too long")
    match body:
        case {"msgtype": "text", "text": {"content": str(text)}} if text.strip():
            return Shown(kind="text", text=text)
        case {"msgtype": "markdown", "markdown": {"title": str(title), "text": str(text)}} if (
            title.strip() and text.strip()
        ):
            return Shown(kind="markdown", text=_markdown(text), title=title)
        case {
            "msgtype": "actionCard",
            "actionCard": {"title": str(title), "text": str(text), "btns": [_, *_] as found},
        }:
            buttons = [(str(one["title"]), str(one["actionURL"])) for one in found]
            return Shown(kind="buttons", text=text, title=title, buttons=_checked(buttons))
        case _:
            raise ApiRefusal(200, "400105", "unsupported message")


def check_card_values(values: object, content_key: str) -> dict[str, str]:
    """Return a card's variables; raises `ApiRefusal`."""
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise ApiRefusal(400, "param.invalid")
    if content_key not in values:
        raise ApiRefusal(400, "param.cardDataAndPrivateDataBothEmpty")
    check_card_text(values[content_key])
    return values


def check_card_text(text: object) -> str:
    """Return a card's text; raises `ApiRefusal`."""
    if not isinstance(text, str) or len(text.encode()) > CARD_BYTES:
        raise ApiRefusal(400, "param.invalid", "the text is too long")
    return _markdown(text) if text.strip() else text


def _markdown(text: str) -> str:
    """Return a text whose Markdown DingTalk would show; raises `ApiRefusal`."""
    try:
        check_markdown(text)
    except MarkupRefusal as refusal:
        raise ApiRefusal(400, "invalidParameter.markdown", str(refusal)) from refusal
    return text


def _check_buttons(count: str, values: Mapping[str, str]) -> Shown:
    if not count:
        _check_names(values, "title text singleTitle singleURL")
        buttons = [(values["singleTitle"], values["singleURL"])]
    elif count in {"2", "3", "4", "5"}:
        numbers = range(1, int(count) + 1)
        names = " ".join(f"actionTitle{n} actionURL{n}" for n in numbers)
        _check_names(values, f"title text {names}")
        buttons = [(values[f"actionTitle{n}"], values[f"actionURL{n}"]) for n in numbers]
    else:
        raise bad("msgKey")
    return Shown(
        kind="buttons", title=values["title"], text=values["text"], buttons=_checked(buttons)
    )


def _checked(buttons: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    for title, url in buttons:
        if not 0 < len(title) <= BUTTON_CHARACTERS or not 0 < len(url) <= URL_CHARACTERS:
            raise bad("msgParam")
    return tuple(buttons)


def _check_names(values: Mapping[str, str], names: str) -> None:
    """Each named value must be there, not blank, and no other."""
    wanted = names.split()
    if set(values) != set(wanted) or not all(values[name].strip() for name in wanted):
        raise bad("msgParam")
