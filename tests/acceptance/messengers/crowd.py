"""A whole gateway on all messengers at once, and the people who use it."""

import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.acceptance.messengers.everywhere import all_messengers, environment
from tests.acceptance.messengers.messenger import Messenger, Place, Post
from tests.acceptance.scene import ScriptBook, asked, at_rest, query
from tests.doubles.gateway_process import PATIENCE_SECONDS, UP, GatewayProcess
from tests.doubles.model_server import ModelServer, ReceivedRequest

ADMIN: Final = 99
FIRST_STRANGER: Final = 101
MEMBERS: Final = 60  # people on each messenger who are let in; each test takes one of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A running gateway, its model, and the messengers around it by their names."""

    messengers: Mapping[str, Messenger]
    model: ModelServer
    book: ScriptBook
    gateway: GatewayProcess
    numbers: "Numbers"

    def member(self, name: str) -> "Chat":
        """Return the private chat of somebody on a messenger who is let in and new."""
        return self._chat(name, next(self.numbers.members))

    def stranger(self, name: str) -> "Chat":
        """Return the private chat of somebody on a messenger who is not let in."""
        return self._chat(name, next(self.numbers.strangers))

    def admin(self, name: str) -> "Chat":
        """Return the private chat of the one admin on a messenger."""
        return self._chat(name, ADMIN)

    def group(self, member: "Chat") -> "Chat":
        """Return a new group on the same messenger, in which a member writes."""
        place = Place(person=member.place.person, group=next(self.numbers.groups))
        return Chat(self, member.messenger, place)

    async def settled(self) -> None:
        """Wait until every event is taken, no task is at work and everything said is sent."""
        for messenger in self.messengers.values():
            await _all_confirmed(messenger)
        await at_rest(self.gateway)

    async def asked(self, beginning: str) -> ReceivedRequest:
        """Wait until the model is asked with a newest user text that begins so."""
        return await asked(self.model, beginning)

    async def tasks_by_channel(self) -> dict[str, int]:
        """Return how many tasks each channel has made."""
        rows = await query(
            self.gateway,
            "SELECT channel, COUNT(*) FROM tasks JOIN conversations USING (conversation_id)"
            " GROUP BY channel",
        )
        return {str(channel): int(str(count)) for channel, count in rows}

    def _chat(self, name: str, person: int) -> "Chat":
        return Chat(self, self.messengers[name], Place(person=person))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of people and groups that no test has used."""

    members: "itertools.count[int]"
    strangers: "itertools.count[int]"
    groups: "itertools.count[int]"


class Chat:
    """One person in one place of one messenger."""

    def __init__(self, crowd: Crowd, messenger: Messenger, place: Place) -> None:
        self.crowd = crowd
        self.messenger = messenger
        self.place = place

    @property
    def texts(self) -> list[str]:
        """What the bot's messages read now, in order."""
        return [one.text for one in self.messenger.shown(self.place)]

    @property
    def ever_shown(self) -> list[str]:
        """All that the bot's messages ever read: previews and each edit included."""
        return [text for one in self.messenger.shown(self.place) for text in one.history]

    async def says(self, text: str, *, mentions_bot: bool = False) -> None:
        """Write something."""
        await self.messenger.says(Post(place=self.place, text=text), mentions_bot=mentions_bot)

    async def chooses(self, option: str) -> None:
        """Press a button under the bot's newest message."""
        await self.messenger.chooses(self.place, option)

    async def shows(
        self, holds: Callable[[list[str]], bool], timeout_seconds: float = PATIENCE_SECONDS
    ) -> list[str]:
        """Wait until the bot's messages, none of them a preview, are as wanted; return them."""

        def is_final() -> bool:
            shown = self.messenger.shown(self.place)
            return not any(one.is_growing for one in shown) and holds(self.texts)

        try:
            await self.messenger.wait_for(is_final, timeout_seconds)
        except AssertionError as error:
            error.add_note(f"the chat: {self.texts}\nthe log:\n{self.crowd.gateway.log_text}")
            raise
        return self.texts

    async def answers(self, count: int = 1, timeout_seconds: float = PATIENCE_SECONDS) -> list[str]:
        """Wait until the bot has said so many things here in all, and return them."""
        return await self.shows(lambda texts: len(texts) >= count, timeout_seconds)

    async def asks(self, text: str) -> str:
        """Write something and return the next thing that the bot says."""
        before = len(self.texts)
        await self.says(text)
        return (await self.answers(before + 1))[before]


async def _all_confirmed(messenger: Messenger) -> None:
    await messenger.wait_for(lambda: not messenger.unconfirmed, PATIENCE_SECONDS)


def identities(messengers: Sequence[Messenger], people: Sequence[int]) -> str:
    """Return people on all messengers as the settings name them."""
    return ",".join(one.identity(person) for one in messengers for person in people)


@asynccontextmanager
async def opened(
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
    *,
    until: str = "/readyz",
    command: Sequence[str] = UP,
) -> AsyncIterator[Crowd]:
    """Start a gateway with messengers and a model of its own, and end all of them."""
    book = ScriptBook()
    async with all_messengers() as messengers, ModelServer(script=book) as model:
        told = {
            **environment(messengers, model),
            "CREWDESK_ACCESS__ADMINS": identities(messengers, [ADMIN]),
            "CREWDESK_ACCESS__MEMBERS": identities(messengers, range(1, MEMBERS + 1)),
            **(settings or {}),
        }
        gateway = GatewayProcess(data_dir, told, command=command)
        numbers = Numbers(itertools.count(1), itertools.count(FIRST_STRANGER), itertools.count(1))
        by_name = {one.name: one for one in messengers}
        try:
            await gateway.start(until=until)
            yield Crowd(
                messengers=by_name, model=model, book=book, gateway=gateway, numbers=numbers
            )
        finally:
            await gateway.kill()
