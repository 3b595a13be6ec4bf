"""Slack, for tests over several messengers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.acceptance.messengers.messenger import Place, Post, Shown, Storm
from tests.doubles.slack_people import MENTION
from tests.doubles.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.doubles.slack_world import Message

GROWING: Final = " …"
PATIENCE_SECONDS: Final = 120.0


class SlackMessenger:
    """People in a Slack workspace."""

    name = "slack"

    def __init__(self, server: SlackServer) -> None:
        self.server = server

    @property
    def settings(self) -> Mapping[str, str]:
        """What a gateway must be told, see `Messenger`."""
        return {
            "CREWDESK_SLACK__BOT_TOKEN": BOT_TOKEN,
            "CREWDESK_SLACK__APP_TOKEN": APP_TOKEN,
            "CREWDESK_SLACK__API_BASE": self.server.api_base,
        }

    @property
    def unconfirmed(self) -> int:
        """How many envelopes wait, see `Messenger`."""
        return len(self.server.socket.unacknowledged)

    @property
    def acknowledge_seconds(self) -> Sequence[float]:
        """From the sending of an envelope to its acknowledgement, see `Messenger`."""
        return self.server.socket.acknowledge_seconds

    def identity(self, person: int) -> str:
        """Return how the settings name a person, see `Messenger`."""
        return f"slack:{_user(person)}"

    async def says(self, post: Post, *, mentions_bot: bool = False) -> None:
        """Let a person write, see `Messenger`; a mention makes two events of one post."""
        text = f"{MENTION} {post.text}" if mentions_bot else post.text
        place = post.place
        await self.server.people.says(text, channel=_channel(place), user=_user(place.person))

    async def sends(self, post: Post, name: str, content: bytes) -> None:
        """Let a person send a file, see `Messenger`."""
        file = self.server.world.add_file(name, len(content), content=content)
        place = post.place
        await self.server.people.says(
            post.text, channel=_channel(place), user=_user(place.person), files=(file,)
        )

    def files(self, place: Place) -> list[tuple[str, bytes]]:
        """Return the bot's files, see `Messenger`."""
        ids = (one for message in self._messages(place) for one in message.file_ids)
        files = map(self.server.world.file, ids)
        return [(file.name, file.content) for file in files]

    async def chooses(self, place: Place, option: str) -> None:
        """Let a person press a button, see `Messenger`."""
        message = self._messages(place)[-1]
        value = next(value for label, value in _buttons(message) if label == option)
        await self.server.people.presses(message, value, user=_user(place.person))

    def shown(self, place: Place) -> list[Shown]:
        """Return what the bot shows, in threads too, see `Messenger`."""
        return [
            Shown(
                text=message.shown,
                history=tuple(message.history),
                options=tuple(label for label, _ in _buttons(message)),
                is_growing=message.is_streaming or message.shown.endswith(GROWING),
            )
            for message in self._messages(place)
        ]

    async def wait_for(self, holds: Callable[[], bool], timeout_seconds: float) -> None:
        """Wait, see `Messenger`."""
        await self.server.wait_for(holds, timeout_seconds)

    async def disconnect(self) -> None:
        """Close the WebSocket, see `Messenger`."""
        await self.server.socket.drop()

    async def deliver_often(self, posts: Sequence[Post], storm: Storm) -> None:
        """Send envelopes under new ids again and again, see `Messenger`.

        What is written in a group mentions the bot, so that each post there makes two events.
        """
        socket = self.server.socket
        made: dict[Post, range] = {}  # numbers of the post's envelopes
        for deliveries in storm.bursts(posts):
            for post in deliveries:
                if post in made:
                    number = storm.random.choice(made[post])
                    await socket.deliver_again(socket.envelopes[number])
                else:
                    before = len(socket.envelopes)
                    await self.says(post, mentions_bot=bool(post.place.group))
                    made[post] = range(before, len(socket.envelopes))
            await self.wait_for(lambda: socket.is_settled, PATIENCE_SECONDS)

    def _messages(self, place: Place) -> list[Message]:
        return self.server.world.from_bot(_channel(place))


def _channel(place: Place) -> str:
    return f"C0{place.group:05d}" if place.group else f"D0{place.person:05d}"


def _user(person: int) -> str:
    return f"U1{person:05d}"


def _buttons(message: Message) -> list[tuple[str, str]]:
    """Return label and value of each button under a message."""
    found: list[tuple[str, str]] = []
    for block in message.blocks:
        elements = block.get("elements")
        for element in elements if isinstance(elements, list) else ():
            match element:
                case {"type": "button", "text": {"text": str(label)}, "value": str(value)}:
                    found.append((label, value))
    return found
