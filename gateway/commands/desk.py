"""The command desk: recognises commands, checks who may use them, and has them answered."""

from datetime import datetime

from channels.message import InboundMessage
from gateway.commands import command as commands
from gateway.commands.call import Call
from gateway.commands.command import UNDO, Command, Reply
from gateway.commands.cron import undoable
from gateway.commands.layout import code
from gateway.commands.surroundings import Surroundings
from gateway.commands.table import COMMANDS
from gateway.phrases import Phrase, say
from gateway.store.conversations import Conversation
from gateway.store.people import Person, Role
from gateway.store.statement import Script


class CommandDesk:
    """Answers the same commands on every channel, without a model."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._entries = {entry.name: entry for entry in COMMANDS}

    def parse(self, message: InboundMessage) -> Command | None:
        """Read a command from a message; None where it is none."""
        return commands.parse(message)

    def parse_undo(
        self, message: InboundMessage, person: Person, talk: Conversation, now: datetime
    ) -> Script[Command | None]:
        """Read the word that takes something back; None where there is nothing to take back."""
        if not commands.is_undo(message):
            return None
        return UNDO if (yield from undoable(person, talk, now)) else None

    def run(
        self, command: Command, person: Person, talk: Conversation, now: datetime
    ) -> Script[Reply]:
        """Answer a command; part of the transaction that stores its message."""
        call = Call(
            command=command,
            person=person,
            talk=talk,
            now=now,
            surroundings=self._surroundings,
            entries=COMMANDS,
        )
        entry = self._entries.get(command.name)
        if entry is None:
            return call.reply(Phrase.COMMAND_UNKNOWN, name=code(f"/{command.name}"))
        if not person.role.reaches(entry.needs):
            return call.reply(_refusal(entry.needs), name=code(f"/{command.name}"))
        return (yield from entry.answer(call))

    def menu(self, language: str) -> dict[str, str]:
        """Return name and description of the commands that are no admin's, for native menus."""
        return {
            entry.name: say(entry.about, language)
            for entry in COMMANDS
            if entry.is_listed and entry.needs is not Role.ADMIN
        }


def _refusal(needed: Role) -> Phrase:
    return Phrase.COMMAND_FOR_ADMINS if needed is Role.ADMIN else Phrase.COMMAND_FOR_MEMBERS
