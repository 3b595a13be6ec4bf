"""DingTalk with cards, for tests over several messengers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from tests.acceptance.messengers.messenger import Place, Post, Shown, Storm
from tests.doubles.dingtalk_cards import TEMPLATE
from tests.doubles.dingtalk_server import CLIENT_ID, CLIENT_SECRET, DingtalkServer

PATIENCE_SECONDS: Final = 120.0
BURSTS_PER_CONNECTION: Final = 25


class DingtalkMessenger:
    """People on DingTalk."""

    name = "dingtalk"

    def __init__(self, server: DingtalkServer) -> None:
        self.server = server

    @property
    def settings(self) -> Mapping[str, str]:
        """What a gateway must be told, see `Messenger`."""
        return {
            "CREWDESK_DINGTALK__CLIENT_ID": CLIENT_ID,
            "CREWDESK_DINGTALK__CLIENT_SECRET": CLIENT_SECRET,
            "CREWDESK_DINGTALK__CARD_TEMPLATE_ID": TEMPLATE,
            "CREWDESK_DINGTALK__API_BASE": self.server.base_url,
            "CREWDESK_DINGTALK__FILE_BASE": self.server.base_url,
        }

    @property
    def unconfirmed(self) -> int:
        """How many messages wait, see `Messenger`."""
        return len(self.server.stream.unacknowledged)

    @property
    def acknowledge_seconds(self) -> Sequence[float]:
        """From the sending of a frame to its answer, see `Messenger`."""
        return self.server.stream.acknowledge_seconds

    def identity(self, person: int) -> str:
        """Return how the settings name a person, see `Messenger`."""
        return f"dingtalk:{_staff_id(person)}"

    async def says(self, post: Post, *, mentions_bot: bool = False) -> None:
        """Let a person write, see `Messenger`; robots hear in groups only what mentions them."""
        place = post.place
        if place.group and not mentions_bot:
            return
        await self.server.person_says(
            post.text,
            person=_staff_id(place.person),
            group=_chat(place) if place.group else "",
        )

    async def sends(self, post: Post, name: str, content: bytes) -> None:
        """Let a person send a file, see `Messenger`: DingTalk has no words beside it."""
        code = f"code-{self.server.world.number()}"
        self.server.world.files[code] = content
        body = {"downloadCode": code, "fileName": name}
        await self.server.person_says(
            "", person=_staff_id(post.place.person), more={"msgtype": "file", "content": body}
        )

    def files(self, place: Place) -> list[tuple[str, bytes]]:
        """Return the robot's files, see `Messenger`."""
        shown = (bubble.content for bubble in self.server.world.from_robot(_chat(place)))
        return [self.server.world.media[one.media_id] for one in shown if one.kind == "file"]

    async def chooses(self, place: Place, option: str) -> None:
        """Let a person press a button, see `Messenger`: DingTalk writes its words for them."""
        bubble = self.server.world.from_robot(_chat(place))[-1]
        url = next(url for label, url in bubble.content.buttons if label == option)
        (words,) = parse_qs(urlsplit(url).query)["content"]
        await self.says(Post(place=place, text=words), mentions_bot=True)

    def shown(self, place: Place) -> list[Shown]:
        """Return what the robot shows, see `Messenger`."""
        cards = self.server.world.cards.values()
        growing = {id(card.bubble) for card in cards if card.state != "finished"}
        return [
            Shown(
                text=bubble.text,
                history=tuple(bubble.history),
                options=tuple(label for label, _ in bubble.content.buttons),
                is_growing=id(bubble) in growing,
            )
            for bubble in self.server.world.from_robot(_chat(place))
        ]

    async def wait_for(self, holds: Callable[[], bool], timeout_seconds: float) -> None:
        """Wait, see `Messenger`."""
        await self.server.wait_for(holds, timeout_seconds)

    async def disconnect(self) -> None:
        """Close the WebSocket, see `Messenger`."""
        await self.server.stream.drop()

    async def deliver_often(self, posts: Sequence[Post], storm: Storm) -> None:
        """Send the same messages again and again, over several connections, see `Messenger`.

        A connection is given up while its messages are unanswered, so that they come by the next
        one too.
        """
        stream = self.server.stream
        made: dict[Post, str] = {}
        for number, deliveries in enumerate(storm.bursts(posts), start=1):
            for post in deliveries:
                if post in made:
                    await stream.push(stream.messages[made[post]])
                else:
                    await self.says(post, mentions_bot=True)
                    made[post] = list(stream.messages)[-1]
            if number % BURSTS_PER_CONNECTION == 0:
                await stream.disconnect()
            await self.wait_for(lambda: not stream.unacknowledged, PATIENCE_SECONDS)


def _chat(place: Place) -> str:
    return f"cidGroup{place.group:05d}==" if place.group else _staff_id(place.person)


def _staff_id(person: int) -> str:
    return f"staff{person:05d}"
