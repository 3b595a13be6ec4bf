"""Buttons under a question, from the options and back."""

from channels.telegram.buttons import MAX_LABEL_CHARACTERS, Button, buttons_of, chosen_button
from channels.telegram.payload import CallbackQuery
from tests.unit.channels.telegram.test_inbound import payload


def pressed(data: str = "2") -> CallbackQuery:
    """Return the press of the recorded update, or one of another button."""
    press = payload("button_pressed").callback_query
    assert press is not None
    return press.model_copy(update={"data": data})


def test_each_option_is_a_button() -> None:
    """What comes back is its number, which always fits the platform's 64 bytes."""
    assert buttons_of(("tea", "a  long\nlist")) == (
        Button(label="tea", data="1"),
        Button(label="a long list", data="2"),
    )


def test_long_option_is_shortened_on_its_label() -> None:
    """The question itself does not list it, so the beginning must be enough to tell it."""
    (button,) = buttons_of(("x" * 100,))

    assert len(button.label) == MAX_LABEL_CHARACTERS
    assert button.label.endswith("…")


def test_blank_option_shows_its_number() -> None:
    """A button without a label is refused by the platform."""
    assert buttons_of((" ",)) == (Button(label="1", data="1"),)


def test_chosen_option_stays_to_be_seen() -> None:
    """One button is left, and pressing it again changes nothing."""
    chosen = chosen_button(pressed())

    assert chosen == Button(label="✓ coffee", data="2")


def test_press_of_a_button_that_is_gone_shows_its_number() -> None:
    """The question was answered elsewhere, and its buttons were replaced."""
    assert chosen_button(pressed("3")).label == "✓ 3"
