"""A command that is being answered, and what the table of commands says about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.commands.command import Command, Reply
from gateway.commands.surroundings import Surroundings
from gateway.phrases import Phrase, say
from gateway.store.conversations import Conversation
from gateway.store.people import Person, Role
from gateway.store.statement import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who asked what, where and when, and what answers may draw on."""

    command: Command
    person: Person
    talk: Conversation
    now: datetime
    surroundings: Surroundings
    entries: "Sequence[Entry]"

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.talk.language or self.person.language

    @property
    def is_admin(self) -> bool:
        """Whether an admin asks."""
        return self.person.role is Role.ADMIN

    @property
    def owner(self) -> UUID | None:
        """Whose tasks may be looked at: the person's own; None means everybody's."""
        return None if self.is_admin else self.person.user_id

    def say(self, phrase: Phrase, **values: object) -> str:
        """Return a sentence in the language of the answer."""
        return say(phrase, self.language, **values)

    def reply(self, phrase: Phrase, **values: object) -> Reply:
        """Answer with one sentence."""
        return Reply(text=self.say(phrase, **values))


Answer = Callable[[Call], Script[Reply]]
"""Answers a command, as part of the transaction that stores it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the table of commands.

    `needs` is the least role that may use it, `usage` what stands behind the name. What is not
    listed is left out of `/help` and of native menus.
    """

    name: str
    needs: Role
    about: Phrase
    answer: Answer
    usage: str = ""
    is_listed: bool = True
