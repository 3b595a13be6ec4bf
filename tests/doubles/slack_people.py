"""What people do in Slack, and the payloads that tell the app of it.

Shapes are those of https://docs.slack.dev/reference/events/message and of its neighbours.
"""

import itertools
from typing import Final

from tests.doubles.slack_rules import JsonObject
from tests.doubles.slack_socket import SlackSocket
from tests.doubles.slack_world import ADA, BOT_ID, BOT_USER, TEAM, Message, SlackWorld, StoredFile

ADAS_CHAT: Final = "D0ADA"
MENTION: Final = f"<@{BOT_USER}>"


class SlackPeople:
    """The people of the workspace; what they do reaches the app as Slack would tell it."""

    def __init__(self, world: SlackWorld, socket: SlackSocket) -> None:
        self._world = world
        self._socket = socket
        self._numbers = itertools.count(1)

    async def says(
        self,
        text: str,
        *,
        channel: str = ADAS_CHAT,
        user: str = ADA,
        thread_ts: str = "",
        files: tuple[StoredFile, ...] = (),
    ) -> Message:
        """Write something; a mention comes as an `app_mention` besides, as Slack does it."""
        message = self._world.say(channel, user, text, thread_ts=thread_ts)
        message.file_ids = tuple(file.id for file in files)
        posted = self._as_event(message, files)
        await self.event(posted)
        if MENTION in text and not channel.startswith("D"):
            mention = {
                "type": "app_mention",
                **{k: posted[k] for k in posted if k not in _NOT_IN_MENTION},
            }
            await self.event(mention)
        return message

    async def edits(self, message: Message, text: str) -> None:
        """Change a message."""
        before = self._as_event(message, ())
        message.replace(text, ())
        message.edited_ts = self._world.timestamp()
        after = self._as_event(message, ()) | {
            "edited": {"user": message.user, "ts": message.edited_ts}
        }
        await self.event(
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "channel": message.channel.id,
                "ts": message.edited_ts,
                "message": after,
                "previous_message": before,
            }
        )

    async def deletes(self, message: Message) -> None:
        """Delete a message."""
        message.is_deleted = True
        await self.event(
            {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "channel": message.channel.id,
                "ts": self._world.timestamp(),
                "deleted_ts": message.ts,
                "previous_message": self._as_event(message, ()),
            }
        )

    async def commands(
        self, command: str, text: str, *, channel: str = ADAS_CHAT, user: str = ADA
    ) -> None:
        """Use a slash command."""
        self._world.channel(channel)
        number = next(self._numbers)
        await self._socket.deliver(
            "slash_commands",
            {
                "token": "legacy",
                "team_id": TEAM,
                "channel_id": channel,
                "channel_name": "directmessage" if channel.startswith("D") else "general",
                "user_id": user,
                "user_name": "ada",
                "command": command,
                "text": text,
                "response_url": "https://hooks.slack.com/commands/opens-something",
                "trigger_id": f"{number}.738474920.8088930838d88f008e0",
            },
        )

    async def presses(self, message: Message, value: str, *, user: str = ADA) -> None:
        """Press the button that stands for `value`."""
        button = next(
            element
            for block in message.blocks
            for element in _elements(block)
            if element.get("value") == value
        )
        container: JsonObject = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel.id,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        await self._socket.deliver(
            "interactive",
            {
                "type": "block_actions",
                "team": {"id": TEAM, "domain": "crew"},
                "user": {"id": user, "name": "ada", "team_id": TEAM},
                "channel": {"id": message.channel.id, "name": "directmessage"},
                "container": container,
                "message": self._as_event(message, ()) | {"blocks": message.blocks},
                "actions": [
                    {
                        "type": "button",
                        "action_id": button["action_id"],
                        "block_id": "b1",
                        "value": value,
                        "action_ts": self._world.timestamp(),
                    }
                ],
                "response_url": "https://hooks.slack.com/actions/opens-something",
                "trigger_id": f"{next(self._numbers)}.738474920.press",
            },
        )

    async def event(self, event: JsonObject) -> None:
        """Tell the app of an event of any shape."""
        await self._socket.deliver(
            "events_api",
            {
                "token": "legacy",
                "team_id": TEAM,
                "api_app_id": "A0APP",
                "type": "event_callback",
                "event_id": f"Ev{next(self._numbers):08d}",
                "event": event,
            },
        )

    def _as_event(self, message: Message, files: tuple[StoredFile, ...]) -> JsonObject:
        event: JsonObject = {
            "type": "message",
            "channel": message.channel.id,
            "channel_type": "im" if message.channel.id.startswith("D") else "channel",
            "user": message.user,
            "ts": message.ts,
            "event_ts": message.ts,
            "text": message.text,
            "team": TEAM,
        }
        if message.user == BOT_USER:
            event["bot_id"] = BOT_ID
        if message.thread_ts:
            root = self._world.find(message.channel.id, message.thread_ts)
            event |= {"thread_ts": root.ts, "parent_user_id": root.user}
        if files:
            event["subtype"] = "file_share"
            event["files"] = [
                {"id": one.id, "name": one.name, "mimetype": one.mimetype, "size": one.length}
                for one in files
            ]
        return event


_NOT_IN_MENTION: Final = frozenset({"type", "channel_type", "subtype"})


def _elements(block: JsonObject) -> list[JsonObject]:
    elements = block.get("elements")
    return elements if isinstance(elements, list) else []
