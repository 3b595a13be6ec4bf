"""What `crewdesk up` says once it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.invocation import Invocation
from gateway.config.sections import OFFLINE_MODEL

_OFFLINE = "offline (a few fixed rules, no key needed); set OPENAI_API_KEY for a real one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a newcomer needs to know; `claim_code` is empty where nobody has to claim anything."""

    url: str
    model: str
    channels: Sequence[str]
    data_dir: Path
    claim_code: str


def greeting_lines(greeting: Greeting, invocation: Invocation) -> list[str]:
    """Say where the gateway is, what it uses, and what to do next."""
    model = _OFFLINE if greeting.model == OFFLINE_MODEL else greeting.model
    facts = {
        "model": model,
        "channels": ", ".join(greeting.channels),
        "data": str(greeting.data_dir),
        "claim": _claim(greeting.claim_code),
    }
    return [
        f"Crewdesk is running at {greeting.url}",
        *(f"  {name:<10}{fact}" for name, fact in facts.items() if fact),
        "Now, in a second terminal:",
        "  " + invocation.typed('chat "hello"'),
        "Ctrl-C stops it.",
    ]


def _claim(code: str) -> str:
    return f"/claim {code}, sent to the bot from a messenger, makes you its admin" if code else ""
