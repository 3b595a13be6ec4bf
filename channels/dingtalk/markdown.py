"""CommonMark as DingTalk's Markdown."""


def to_dingtalk(text: str) -> str:
    """Return CommonMark as DingTalk shows it."""
    return text
