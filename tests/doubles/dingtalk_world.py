"""DingTalk's side of the chats: who is there, what is shown, which cards and files there are."""

import itertools
from dataclasses import dataclass, field
from typing import Final

from tests.doubles.dingtalk_rules import ApiRefusal, Shown

ROBOT: Final = "dingrobot0001"
ADA: Final = "manager4242"
CREW: Final = "cidCrew0000000000000=="


@dataclass(slots=True, kw_only=True)
class Bubble:
    """Something that the robot shows in a chat; `via` is webhook, robot or card."""

    chat: str
    via: str
    content: Shown
    key: str
    history: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text that is shown now."""
        return self.content.text


@dataclass(slots=True, kw_only=True)
class Card:
    """A card instance; `state` is thinking, growing or finished."""

    track_id: str
    bubble: Bubble
    state: str = "thinking"
    guids: set[str] = field(default_factory=set)

    def show(self, text: str) -> None:
        """Replace what the card says."""
        self.bubble.content = Shown(kind="card", text=text)
        self.bubble.history.append(text)


@dataclass(slots=True, kw_only=True)
class Session:
    """A session webhook: it leads to a chat until `expires_at_ms`."""

    chat: str
    expires_at_ms: int


class DingtalkWorld:
    """All chats of one robot.

    A chat's name is the person's staff id, or the open conversation id of a group.
    """

    def __init__(self) -> None:
        self.people: set[str] = {ADA}
        self.unreachable: set[str] = set()
        self.bubbles: list[Bubble] = []
        self.cards: dict[str, Card] = {}
        self.sessions: dict[str, Session] = {}
        self.media: dict[str, tuple[str, bytes]] = {}  # uploads: name and content
        self.files: dict[str, bytes] = {}  # what people sent, by download code
        self.emotions: list[tuple[str, str, str]] = []  # conversation, message, emotion
        self.message_ids: set[str] = set()
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """Return a number that was not used before."""
        return next(self._numbers)

    def from_robot(self, chat: str) -> list[Bubble]:
        """Return what the robot shows in a chat, in order."""
        return [bubble for bubble in self.bubbles if bubble.chat == chat]

    def show(self, chat: str, via: str, content: Shown) -> Bubble:
        """Let the robot show something."""
        if content.media_id and content.media_id not in self.media:
            raise ApiRefusal(400, "invalidParameter.mediaId", "there is no such media")
        bubble = Bubble(
            chat=chat,
            via=via,
            content=content,
            key=f"key{self.number()}==",
            history=[content.text],
        )
        self.bubbles.append(bubble)
        return bubble

    def add_card(self, track_id: str, chat: str, text: str, *, is_finished: bool) -> Card:
        """Put a new card into a chat."""
        if track_id in self.cards:
            raise ApiRefusal(400, "param.cardAlreadyExist")
        bubble = self.show(chat, "card", Shown(kind="card", text=text))
        card = Card(
            track_id=track_id, bubble=bubble, state="finished" if is_finished else "thinking"
        )
        self.cards[track_id] = card
        return card

    def card(self, track_id: object) -> Card:
        """Return a card; raises `ApiRefusal` where there is none."""
        if not isinstance(track_id, str) or track_id not in self.cards:
            raise ApiRefusal(400, "param.cardNotExist")
        return self.cards[track_id]
