"""The native menu of commands."""

import re

import pytest

from gateway.commands.desk import CommandDesk
from tests.doubles.surroundings import FixedSurroundings


@pytest.mark.parametrize("language", ["", "en", "zh"])
def test_menu_fits_what_platforms_take(language: str) -> None:
    """Names and descriptions as https://core.telegram.org/bots/api#botcommand bounds them."""
    menu = CommandDesk(FixedSurroundings()).menu(language)

    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in menu)
    assert all(1 <= len(description) <= 256 for description in menu.values())


def test_menu_is_in_the_language_and_without_what_admins_do() -> None:
    """Everybody on the platform sees the same menu."""
    desk = CommandDesk(FixedSurroundings())

    assert desk.menu("en")["new"] == "start a fresh conversation"
    assert desk.menu("zh")["new"] == "开始新的对话"
    assert not {"users", "approve", "pause", "claim", "start"} & set(desk.menu("en"))
