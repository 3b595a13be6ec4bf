"""Telegram, for tests over several messengers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.acceptance.messengers.messenger import Place, Post, Shown, Storm
from tests.doubles.telegram_files import file_of
from tests.doubles.telegram_server import TelegramServer
from tests.doubles.telegram_world import BOT_USERNAME, StoredMessage

FIRST_PERSON: Final = 2000
FIRST_GROUP: Final = -1002000000000
GROWING: Final = " …"
PATIENCE_SECONDS: Final = 120.0

_MENTION: Final = f"@{BOT_USERNAME}"


class TelegramMessenger:
    """People on Telegram."""

    name = "telegram"

    def __init__(self, server: TelegramServer) -> None:
        self.server = server

    @property
    def settings(self) -> Mapping[str, str]:
        """What a gateway must be told, see `Messenger`."""
        return {
            "CREWDESK_TELEGRAM__TOKEN": self.server.token,
            "CREWDESK_TELEGRAM__API_BASE": self.server.base_url,
        }

    @property
    def unconfirmed(self) -> int:
        """How many updates wait, see `Messenger`."""
        return len(self.server.world.updates)

    @property
    def acknowledge_seconds(self) -> Sequence[float]:
        """From the hand-over of an update to the poll that confirms it, see `Messenger`."""
        return self.server.confirm_seconds

    def identity(self, person: int) -> str:
        """Return how the settings name a person, see `Messenger`."""
        return f"telegram:{FIRST_PERSON + person}"

    async def says(self, post: Post, *, mentions_bot: bool = False) -> None:
        """Let a person write, see `Messenger`."""
        text = f"{_MENTION} {post.text}" if mentions_bot else post.text
        entity = {"type": "mention", "offset": 0, "length": len(_MENTION)}
        await self.server.user_says(
            text,
            chat_id=_chat_id(post.place),
            user=_user(post.place.person),
            entities=(entity,) if mentions_bot else (),
        )

    async def sends(self, post: Post, name: str, content: bytes) -> None:
        """Let a person send a document, see `Messenger`."""
        await self.server.user_sends(
            file_of(content, name=name),
            caption=post.text,
            chat_id=_chat_id(post.place),
            user=_user(post.place.person),
        )

    def files(self, place: Place) -> list[tuple[str, bytes]]:
        """Return the bot's files, see `Messenger`."""
        files = (message.file for message in self._messages(place))
        return [(file.name, file.data) for file in files if file is not None]

    async def chooses(self, place: Place, option: str) -> None:
        """Let a person press a button, see `Messenger`."""
        message = self._messages(place)[-1]
        await self.server.user_presses(message, option, _user(place.person))

    def shown(self, place: Place) -> list[Shown]:
        """Return what the bot shows, see `Messenger`."""
        return [
            Shown(
                text=message.text,
                history=tuple(message.history),
                options=tuple(message.labels),
                is_growing=message.text.endswith(GROWING),
            )
            for message in self._messages(place)
        ]

    async def wait_for(self, holds: Callable[[], bool], timeout_seconds: float) -> None:
        """Wait, see `Messenger`."""
        await self.server.wait_for(holds, timeout_seconds)

    async def disconnect(self) -> None:
        """Cut the poll that waits, see `Messenger`."""
        self.server.cut_polls()

    async def deliver_often(self, posts: Sequence[Post], storm: Storm) -> None:
        """Hand the same updates out again and again, whatever is confirmed, see `Messenger`."""
        self.server.times_handed_out = storm.times
        for first in range(0, len(posts), storm.at_once):
            for post in posts[first : first + storm.at_once]:
                await self.says(post, mentions_bot=bool(post.place.group))
            await self.server.wait_for(lambda: not self.unconfirmed, PATIENCE_SECONDS)

    def _messages(self, place: Place) -> list[StoredMessage]:
        return self.server.world.from_bot(_chat_id(place))


def _chat_id(place: Place) -> int:
    return FIRST_GROUP - place.group if place.group else FIRST_PERSON + place.person


def _user(person: int) -> Mapping[str, object]:
    return {
        "id": FIRST_PERSON + person,
        "is_bot": False,
        "first_name": f"Person {person}",
        "language_code": "en",
    }
