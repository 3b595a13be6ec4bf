"""Packaged skills are found by what people call things, in both languages."""

import pytest

from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.search import matching


def names(query: str) -> list[str]:
    """Return the names of the packaged skills that fit."""
    return [skill.name for skill in matching(SkillCatalog([PACKAGED_SKILLS]).all(), query)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("订阅 RSS", "rss_subscribe"),
        ("subscribe to a feed", "rss_subscribe"),
        ("打开这个链接", "web_fetch"),
        ("open this link", "web_fetch"),
    ],
)
def test_a_question_finds_its_skill_first(query: str, best: str) -> None:
    """The best comes first."""
    assert names(query)[0] == best


def test_no_question_finds_all_and_a_strange_one_nothing() -> None:
    """Common words alone are no question."""
    everything = [skill.name for skill in SkillCatalog([PACKAGED_SKILLS]).all()]

    assert names("") == names("what is the") == everything
    assert names("xylophone") == names("钢琴") == []
