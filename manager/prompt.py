"""What the Manager is told about the situation, and how a task is put before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workers.models.protocol import AssistantTurn, Item, Picture, UserText

MAX_NAME_CHARACTERS = 64
SCHEDULED = (
    "\n\nThis is a scheduled run: nobody has written just now and nobody can be asked. Do what is "
    "asked below; your answer is sent as one message. If it says that only something new or "
    "noteworthy is wanted and there is nothing, answer exactly HEARTBEAT_OK: then nothing is sent."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where and with whom the Manager speaks; `now` is aware."""

    now: datetime
    person: str
    channel: str
    is_group: bool
    language: str = ""
    is_scheduled: bool = False  # nobody has written: a clock began this


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Something that was said earlier in the conversation."""

    is_from_person: bool
    text: str


def describe(situation: Situation) -> str:
    """Write the situation as instructions; what people chose themselves stays inside one line."""
    person = _one_line(situation.person) or "somebody"
    place = "a group chat" if situation.is_group else "a private chat"
    tag = _one_line(situation.language)
    language = f" Their app's language is {tag}." if tag else ""
    return (
        "## The situation\n\n"
        f"It is {situation.now:%A, %Y-%m-%d %H:%M} UTC. You speak with "
        f"{person} in {place} on {situation.channel}.{language}"
        f"{SCHEDULED if situation.is_scheduled else ''}"
    )


def transcript(
    earlier: Sequence[Exchange], request: str, pictures: tuple[Picture, ...] = ()
) -> tuple[Item, ...]:
    """Put what was said earlier and the request into a model's terms."""
    before: tuple[Item, ...] = tuple(
        UserText(text=one.text) if one.is_from_person else AssistantTurn(text=one.text)
        for one in earlier
        if one.text.strip()
    )
    return (*before, UserText(text=request, pictures=pictures))


def _one_line(name: str) -> str:
    """Keep a name from looking like instructions of ours: no line breaks, no great length."""
    return " ".join(name.split())[:MAX_NAME_CHARACTERS]
