"""Schedules in plain words, in both languages."""

import pytest

from gateway.schedule.words import cron_words


@pytest.mark.parametrize(
    ("line", "english", "chinese"),
    [
        ("0 8 * * 1-5", "at 08:00, Monday through Friday", "在 08:00, 周一 到 周五"),
        ("0 9 * * 0", "at 09:00, only on Sunday", "在 09:00, 仅在 周日"),
        ("0 9 * * 7", "at 09:00, only on Sunday", "在 09:00, 仅在 周日"),
        ("0 9 * * 1", "at 09:00, only on Monday", "在 09:00, 仅在 周一"),
        (
            "0 9 13 * 5",
            "at 09:00, on day 13 of the month, or on Friday",
            "在 09:00, 每月的 13 号, 或周五",
        ),
        (
            "0 9 1 feb *",
            "at 09:00, on day 1 of the month, only in February",
            "在 09:00, 每月的 1 号, 仅在 2月",
        ),
        ("*/15 * * * *", "every 15 minutes", "每 15 分钟"),
        ("@weekly", "at 00:00, only on Sunday", "在 00:00, 仅在 周日"),
    ],
)
def test_cron_lines_are_said_in_words(line: str, english: str, chinese: str) -> None:
    """As crontab means them: Sunday is 0 and 7, and the two day fields are joined by or."""
    assert cron_words(line, "en") == english
    assert cron_words(line, "zh-CN") == chinese
