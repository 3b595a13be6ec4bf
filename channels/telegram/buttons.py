"""Buttons under a question; pure, and known without the client library."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from channels.telegram.payload import CallbackQuery

MAX_LABEL_CHARACTERS: Final = 64  # what a phone shows of a label; Telegram states no limit
CHOSEN_MARK: Final = "✓"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button; `data` is what comes back when it is pressed, 1 to 64 bytes."""

    label: str
    data: str


def buttons_of(options: Sequence[str]) -> tuple[Button, ...]:
    """Return one button per option; what comes back is its number, since options may be long."""
    return tuple(
        Button(label=_label(option) or str(number), data=str(number))
        for number, option in enumerate(options, start=1)
    )


def chosen_button(press: CallbackQuery) -> Button:
    """Return what stands in place of the buttons once one of them was pressed."""
    label = _label_pressed(press).removeprefix(CHOSEN_MARK).strip()
    return Button(label=_label(f"{CHOSEN_MARK} {label}"), data=press.data)


def _label_pressed(press: CallbackQuery) -> str:
    shown = press.message.reply_markup if press.message is not None else None
    rows = shown.inline_keyboard if shown is not None else ()
    labels = (button.text for row in rows for button in row if button.callback_data == press.data)
    return next(labels, press.data)


def _label(option: str) -> str:
    line = " ".join(option.split())
    return line if len(line) <= MAX_LABEL_CHARACTERS else line[: MAX_LABEL_CHARACTERS - 1] + "…"
