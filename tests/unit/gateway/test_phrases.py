"""What the service says, in both languages."""

from collections.abc import Iterable
from enum import StrEnum
from string import Formatter

import pytest

from gateway.lifecycle import TaskStatus
from gateway.phrases import Phrase, is_chinese, say
from gateway.phrases.speaking import IN_CHINESE, IN_ENGLISH
from gateway.roster import ChannelState
from gateway.store.files import FileState
from gateway.store.jobs import JobStatus
from gateway.store.outbox import OutboxState
from gateway.store.people import Role
from workers.agent.result import StopReason


def fields(template: str) -> set[str | None]:
    """Return the names that a template asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_both_languages_have_every_sentence_with_the_same_values() -> None:
    """So that no person meets a missing sentence or a missing value."""
    assert set(IN_ENGLISH) == set(IN_CHINESE) == set(Phrase)
    assert {p: fields(IN_ENGLISH[p]) for p in Phrase} == {p: fields(IN_CHINESE[p]) for p in Phrase}


@pytest.mark.parametrize(
    ("prefix", "states"),
    [
        ("task", TaskStatus),
        ("job", JobStatus),
        ("send", OutboxState),
        ("channel", ChannelState),
        ("file", FileState),
        ("role", Role),
        ("stopped", StopReason),
    ],
)
def test_every_state_has_a_word(prefix: str, states: Iterable[StrEnum]) -> None:
    """The words are found by the state's own name."""
    assert all(say(Phrase(f"{prefix}_{state}"), "en", detail="x") for state in states)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh", True), ("zh-Hans-CN", True), ("ZH", True), ("en", False), ("", False), ("zho", False)],
)
def test_chinese_is_known_by_its_tag(language: str, *, expected: bool) -> None:
    """Any region and script of it; everything else gets English."""
    assert is_chinese(language) is expected


@pytest.mark.parametrize(("language", "catalog"), [("zh-CN", IN_CHINESE), ("de", IN_ENGLISH)])
def test_sentence_is_said_in_the_persons_language(
    language: str, catalog: dict[Phrase, str]
) -> None:
    """English is for all who do not speak Chinese."""
    assert say(Phrase.SENT_AGAIN, language) == catalog[Phrase.SENT_AGAIN]


def test_values_are_filled_in_as_they_are() -> None:
    """Braces in a value are not blanks."""
    assert "{count} {0}" in say(Phrase.LANE_FULL, "en", count="{count} {0}")


def test_missing_value_is_an_error() -> None:
    """Nobody is shown a blank."""
    with pytest.raises(KeyError):
        say(Phrase.LANE_FULL, "en")
