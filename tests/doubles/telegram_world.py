"""Telegram's side of the chats: who is there, what was said, which updates wait for the bot."""

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.doubles.telegram_files import StoredFile
from tests.doubles.telegram_rules import ApiRefusal, CheckedText, JsonObject, bad_request

BOT_ID: Final = 7000000001
BOT_USERNAME: Final = "crewdesk_bot"

_EPOCH: Final = 1_790_000_000  # a Unix time; the world's clock starts here


@dataclass(slots=True, kw_only=True)
class Chat:
    """A chat; `kind` is Telegram's: private, group or supergroup."""

    id: int
    kind: str
    topics: set[int] = field(default_factory=set)
    is_blocked: bool = False

    def as_json(self) -> JsonObject:
        """Return the Bot API's form."""
        shown: JsonObject = {"id": self.id, "type": self.kind}
        return shown | ({"first_name": "Ada"} if self.kind == "private" else {"title": "Crew"})


@dataclass(slots=True, kw_only=True)
class StoredMessage:
    """A message as everybody in the chat sees it; `history` holds its texts, the newest last."""

    id: int
    chat: Chat
    sender: JsonObject
    content: CheckedText
    date: int
    thread_id: int | None = None
    reply_to: int | None = None
    edit_date: int | None = None
    history: list[str] = field(default_factory=list)
    buttons: tuple[JsonObject, ...] = ()
    reactions: tuple[str, ...] = ()
    is_deleted: bool = False
    file: StoredFile | None = None  # then the content is what stands beside it

    @property
    def text(self) -> str:
        """The text that is shown now."""
        return self.content.text

    @property
    def is_from_bot(self) -> bool:
        """Whether our bot wrote it."""
        return self.sender["id"] == BOT_ID

    @property
    def labels(self) -> list[str]:
        """What the buttons under it read."""
        return [str(button["text"]) for button in self.buttons]

    def replace(self, content: CheckedText, buttons: tuple[JsonObject, ...], now: int) -> None:
        """Show another text from now on."""
        self.content = content
        self.buttons = buttons
        self.edit_date = now
        self.history.append(content.text)

    def as_json(self, quoted: "StoredMessage | None" = None) -> JsonObject:
        """Return the Bot API's form."""
        shown: JsonObject = {
            "message_id": self.id,
            "from": self.sender,
            "chat": self.chat.as_json(),
            "date": self.date,
        }
        file = self.file
        optional: JsonObject = {
            "text" if file is None else "caption": self.text,
            "document" if file is None else file.kind: None if file is None else file.as_json(),
            "entities" if file is None else "caption_entities": list(self.content.entities),
            "edit_date": self.edit_date,
            "message_thread_id": self.thread_id,
            "is_topic_message": self.thread_id is not None,
            "reply_to_message": quoted.as_json() if quoted else None,
            "reply_markup": {"inline_keyboard": [[one] for one in self.buttons]}
            if self.buttons
            else None,
        }
        return shown | {name: value for name, value in optional.items() if value}


class TelegramWorld:
    """All chats of one bot.

    Message ids come from one counter for private chats and basic groups together and from one per
    supergroup, as on Telegram.
    """

    def __init__(self) -> None:
        self.bot: JsonObject = {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "Crewdesk",
            "username": BOT_USERNAME,
        }
        self.updates: list[JsonObject] = []
        self.menus: dict[str, dict[str, str]] = {}
        self.typing: list[int] = []
        self.files: dict[str, StoredFile] = {}  # by the id that the Bot API gives
        self._chats: dict[int, Chat] = {}
        self._messages: dict[tuple[int, int], StoredMessage] = {}
        self._counters: dict[int, itertools.count[int]] = {}
        self._update_ids = itertools.count(500_001)
        self._started = time.monotonic()

    def now(self) -> int:
        """Return the server's Unix time."""
        return _EPOCH + int(time.monotonic() - self._started)

    def chat(self, chat_id: int) -> Chat:
        """Return a chat, which the first mention of its id opens."""
        if chat_id not in self._chats:
            self._chats[chat_id] = Chat(id=chat_id, kind=_kind(chat_id))
        return self._chats[chat_id]

    def skip_ids(self, chat_id: int, count: int) -> None:
        """Use up ids, as messages do that the bot never learns of."""
        for _ in range(count):
            self._next_id(self.chat(chat_id))

    def transcript(self, chat_id: int) -> list[StoredMessage]:
        """Return what is to be seen in a chat, in order."""
        return [
            message
            for (place, _), message in sorted(self._messages.items())
            if place == chat_id and not message.is_deleted
        ]

    def from_bot(self, chat_id: int) -> list[StoredMessage]:
        """Return what the bot said in a chat, in order."""
        return [message for message in self.transcript(chat_id) if message.is_from_bot]

    def queue(self, update: Mapping[str, object]) -> int:
        """Let an update of any shape wait for the bot; returns its id."""
        update_id = next(self._update_ids)
        self.updates.append({"update_id": update_id, **update})
        return update_id

    def say(
        self,
        chat_id: int,
        user: Mapping[str, object],
        content: CheckedText,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        file: StoredFile | None = None,
    ) -> StoredMessage:
        """Let a person say something, beside a file maybe; the bot gets an update."""
        chat = self.chat(chat_id)
        if thread_id is not None:
            chat.topics.add(thread_id)
        message = self._store(chat, dict(user), content, thread_id, reply_to)
        message.file = file
        if file is not None:
            self.files[file.id] = file
        quoted = self._messages.get((chat_id, reply_to)) if reply_to else None
        self.queue({"message": message.as_json(quoted)})
        return message

    def change(self, message: StoredMessage, content: CheckedText) -> None:
        """Let a person edit; the bot gets an update."""
        message.replace(content, (), self.now())
        self.queue({"edited_message": message.as_json()})

    def press(self, message: StoredMessage, label: str, user: Mapping[str, object]) -> None:
        """Let a person press a button; the bot gets an update."""
        (button,) = [one for one in message.buttons if one["text"] == label]
        press = {
            "id": str(next(self._update_ids)),
            "from": dict(user),
            "chat_instance": "1",
            "message": message.as_json(),
            "data": button["callback_data"],
        }
        self.queue({"callback_query": press})

    def send(
        self, chat_id: int, content: CheckedText, *, thread_id: int | None, reply_to: int | None
    ) -> StoredMessage:
        """Let the bot say something; raises `ApiRefusal`."""
        chat = self.reachable(chat_id)
        if thread_id is not None and thread_id not in chat.topics:
            raise bad_request("message thread not found")
        return self._store(chat, self.bot, content, thread_id, reply_to)

    def own(self, chat_id: int, message_id: int) -> StoredMessage:
        """Return a message that the bot may change; raises `ApiRefusal`."""
        message = self.find(chat_id, message_id, "message to edit not found")
        if not message.is_from_bot:
            raise bad_request("message can't be edited")
        return message

    def find(self, chat_id: int, message_id: int, otherwise: str) -> StoredMessage:
        """Return a message that is to be seen; raises `ApiRefusal`."""
        self.reachable(chat_id)
        message = self._messages.get((chat_id, message_id))
        if message is None or message.is_deleted:
            raise bad_request(otherwise)
        return message

    def edit_caption(self, chat_id: int, message_id: int, content: CheckedText) -> StoredMessage:
        """Let the bot edit what stands beside a file; raises `ApiRefusal`."""
        if self.own(chat_id, message_id).file is None:
            raise bad_request("there is no caption in the message to edit")
        return self._edit(chat_id, message_id, content)

    def edit(
        self,
        chat_id: int,
        message_id: int,
        content: CheckedText,
        buttons: tuple[JsonObject, ...] = (),
    ) -> StoredMessage:
        """Let the bot edit; raises `ApiRefusal`."""
        if self.own(chat_id, message_id).file is not None:
            raise bad_request("there is no text in the message to edit")
        return self._edit(chat_id, message_id, content, buttons)

    def _edit(
        self,
        chat_id: int,
        message_id: int,
        content: CheckedText,
        buttons: tuple[JsonObject, ...] = (),
    ) -> StoredMessage:
        message = self.own(chat_id, message_id)
        if (message.content, message.buttons) == (content, buttons):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are"
                " exactly the same as a current content and reply markup of the message"
            )
        message.replace(content, buttons, self.now())
        return message

    def delete(self, chat_id: int, message_id: int) -> None:
        """Let the bot delete; raises `ApiRefusal`."""
        self.find(chat_id, message_id, "message to delete not found").is_deleted = True

    def exists(self, chat_id: int, message_id: int) -> bool:
        """Tell whether a message is there to be replied to."""
        message = self._messages.get((chat_id, message_id))
        return message is not None and not message.is_deleted

    def reachable(self, chat_id: int) -> Chat:
        """Return a chat that the bot may write to; raises `ApiRefusal`."""
        chat = self._chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.is_blocked:
            raise ApiRefusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _store(
        self,
        chat: Chat,
        sender: JsonObject,
        content: CheckedText,
        thread_id: int | None,
        reply_to: int | None,
    ) -> StoredMessage:
        message = StoredMessage(
            id=self._next_id(chat),
            chat=chat,
            sender=sender,
            content=content,
            date=self.now(),
            thread_id=thread_id,
            reply_to=reply_to,
            history=[content.text],
        )
        self._messages[chat.id, message.id] = message
        return message

    def _next_id(self, chat: Chat) -> int:
        space = chat.id if chat.kind == "supergroup" else 0
        return next(self._counters.setdefault(space, itertools.count(1)))


def _kind(chat_id: int) -> str:
    if chat_id > 0:
        return "private"
    return "supergroup" if str(chat_id).startswith("-100") else "group"
