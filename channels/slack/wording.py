"""What people wrote, as plain text: Slack's own notation taken out.

Source: https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

import html
import re
from typing import Final

from channels.slack.identity import BotIdentity

_REFERENCE: Final = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
_AFTER_MENTION: Final = " \t\n,:"


def mentions(text: str, bot: BotIdentity) -> bool:
    """Tell whether the text, as Slack sent it, names the bot."""
    return any(match[1] == "@" and match[2] == bot.user_id for match in _REFERENCE.finditer(text))


def plain_text(text: str, bot: BotIdentity) -> str:
    """Return the text as the person sees it.

    A leading mention of the bot goes; one that stands alone is kept. Other people stay `<@U01>`
    where Slack does not tell their names: so they can be named in an answer.
    """
    first = _REFERENCE.match(text.lstrip())
    if first is not None and first[1] == "@" and first[2] == bot.user_id:
        text = text.lstrip()[first.end() :].lstrip(_AFTER_MENTION) or first[0]
    shown = _REFERENCE.sub(lambda match: _shown(match, bot), text)
    return html.unescape(shown) if "&" in shown else shown


def _shown(match: re.Match[str], bot: BotIdentity) -> str:
    sigil, target, label = match[1], match[2], match[3] or ""
    match sigil:
        case "@":
            name = label or (bot.name if target == bot.user_id else "")
            return f"@{name}" if name else match[0]
        case "#":
            return f"#{label or target}"
        case "!":
            return label or f"@{target.partition('^')[0]}"
        case _:
            return _link(target, label)


def _link(target: str, label: str) -> str:
    address = target.removeprefix("mailto:")
    is_address_itself = not label or label in {target, address} or target.endswith(f"//{label}")
    return address if is_address_itself else f"{label} ({address})"
