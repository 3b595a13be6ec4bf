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
        ("帮我查新闻", "web_search"),
        ("look up the latest news on the web", "web_search"),
        ("明天下雨吗", "weather"),
        ("weather in Berlin", "weather"),
        ("苹果的股价", "stock_watch"),
        ("stock quote", "stock_watch"),
        ("帮我记一下", "notes"),
        ("search my notes", "notes"),
        ("把这篇文章翻译成中文", "translate"),
        ("总结这份文档", "summarize"),
        ("summarise this page", "summarize"),
        ("每天早上提醒我喝水", "reminders"),
        ("remind me tomorrow", "reminders"),
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
