"""What a command is, how it is read from a message, and what comes of it."""

import re
from dataclasses import dataclass
from uuid import UUID

from channels.message import EventKind, InboundMessage

# The whole first word, so that "/etc/passwd is empty" is no command. Channels take off a leading
# mention of the bot; its name behind the command, as groups on Telegram have it, is taken off here.
_COMMAND = re.compile(r"/([a-z_]{2,32})(?:@\S+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as a person typed it; `reply_to` is the bot's message that it replies to."""

    name: str
    argument: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTask:
    """A running task was cancelled: break the work off."""

    task_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWork:
    """The pause switch was set: stop claiming tasks, or go on."""

    is_paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadFiles:
    """Souls and skills shall be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillsDecided:
    """Another version of a skill shall be in force: put it in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtClock:
    """A schedule was changed: see when the next one is due; `has_run` tells of a run put in."""

    has_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleJoined:
    """Two people are one: what lies outside of the database shall follow."""


Aftermath = StopTask | PauseWork | ReloadFiles | SkillsDecided | LookAtClock | PeopleJoined
"""What must be done once a command's transaction is committed; lost in a crash without harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a command, as CommonMark, and what must follow its commit."""

    text: str
    aftermath: tuple[Aftermath, ...] = ()


UNDO = Command(name="undo")
_UNDO_WORDS = frozenset({"undo", "undo it", "undo that", "撤销", "撤消"})


def is_undo(message: InboundMessage) -> bool:
    """Tell whether somebody says nothing but that the last thing shall be taken back."""
    words = " ".join(message.text.lower().split()).rstrip(".!。！").strip("“”\"'")
    return message.kind is EventKind.MESSAGE and words in _UNDO_WORDS


def parse(message: InboundMessage) -> Command | None:
    """Read a command; None for any other text, and for edits and buttons, which command nothing."""
    if message.kind is not EventKind.MESSAGE:
        return None
    match = _COMMAND.fullmatch(message.text.strip())
    if match is None:
        return None
    quoted = message.reply_to
    return Command(
        name=match[1].lower(),
        argument=(match[2] or "").strip(),
        reply_to=quoted.message_id if quoted is not None and quoted.is_from_bot else "",
    )
