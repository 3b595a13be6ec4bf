"""The methods of Slack's Web API that the bot calls, applied to a world."""

from collections.abc import Callable, Mapping
from typing import Final

from tests.doubles.slack_markup import calls_somebody
from tests.doubles.slack_rules import (
    MAX_POST_TEXT,
    MAX_UPDATE_TEXT,
    ApiRefusal,
    JsonObject,
    check_content,
    check_metadata,
)
from tests.doubles.slack_world import BOT_ID, BOT_USER, TEAM, Message, SlackWorld, StoredFile

PAGE_SIZE: Final = 3  # small, so that whoever reads a history must turn pages

Method = Callable[[JsonObject], JsonObject]


class SlackMethods:
    """Each method takes its arguments and returns the answer without `ok`; raises `ApiRefusal`."""

    def __init__(self, world: SlackWorld, base_url: Callable[[], str]) -> None:
        self._world = world
        self._base_url = base_url
        self.by_name: Mapping[str, Method] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.update": self._update,
            "chat.startStream": self._start_stream,
            "chat.appendStream": self._append_stream,
            "chat.stopStream": self._stop_stream,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "reactions.add": self._add_reaction,
            "assistant.threads.setStatus": self._set_status,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete_upload,
            "files.info": self._file_info,
            "users.info": self._user_info,
        }

    def _auth_test(self, _arguments: JsonObject) -> JsonObject:
        return {
            "url": "https://crew.slack.com/",
            "team": "Crew",
            "user": "crewdesk",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
        }

    def _user_info(self, arguments: JsonObject) -> JsonObject:
        user = str(arguments.get("user"))
        names = {"display_name": f"name of {user}", "real_name": f"whole name of {user}"}
        return {"user": {"id": user, "profile": names, "locale": "en-GB"} | names}

    def _post_message(self, arguments: JsonObject) -> JsonObject:
        channel = self._world.reachable(arguments.get("channel"))
        text, blocks = check_content(arguments, most_text=MAX_POST_TEXT)
        if arguments.get("unfurl_links") is not False or arguments.get("unfurl_media") is not False:
            raise ApiRefusal("invalid_arguments")  # a bot of ours never unfurls
        message = Message(
            channel=channel,
            ts=self._world.timestamp(),
            user=BOT_USER,
            text=text,
            blocks=blocks,
            thread_ts=self._thread(arguments),
            client_msg_id=str(arguments.get("client_msg_id", "")),
            metadata=check_metadata(arguments.get("metadata")),
        )
        self._world.keep(message)
        return {"channel": channel.id, "ts": message.ts}

    def _thread(self, arguments: JsonObject) -> str:
        thread = arguments.get("thread_ts")
        if thread is None:
            return ""
        try:
            return self._world.find(arguments.get("channel"), thread).ts
        except ApiRefusal:
            raise ApiRefusal("thread_not_found") from None

    def _update(self, arguments: JsonObject) -> JsonObject:
        message = self._world.own(arguments.get("channel"), arguments.get("ts"))
        text, blocks = check_content(arguments, most_text=MAX_UPDATE_TEXT)
        if message.is_streaming:
            raise ApiRefusal("streaming_state_conflict")
        message.edited_ts = self._world.timestamp()
        message.replace(text, blocks)
        return {"channel": message.channel.id, "ts": message.ts}

    def _start_stream(self, arguments: JsonObject) -> JsonObject:
        channel = self._world.reachable(arguments.get("channel"))
        if not arguments.get("thread_ts"):
            raise ApiRefusal("invalid_thread_ts")
        thread = self._thread(arguments)
        is_addressed = arguments.get("recipient_user_id") and arguments.get("recipient_team_id")
        if not channel.id.startswith("D") and not is_addressed:
            raise ApiRefusal("missing_recipient_user_id")
        message = Message(
            channel=channel,
            ts=self._world.timestamp(),
            user=BOT_USER,
            text=_chunks(arguments),
            thread_ts=thread,
            is_streaming=True,
        )
        self._world.keep(message)
        return {"channel": channel.id, "ts": message.ts}

    def _append_stream(self, arguments: JsonObject) -> JsonObject:
        message = self._streaming(arguments)
        message.replace(message.text + _chunks(arguments), ())
        return {"channel": message.channel.id, "ts": message.ts}

    def _stop_stream(self, arguments: JsonObject) -> JsonObject:
        message = self._streaming(arguments)
        message.is_streaming = False
        return {"channel": message.channel.id, "ts": message.ts}

    def _streaming(self, arguments: JsonObject) -> Message:
        message = self._world.own(arguments.get("channel"), arguments.get("ts"))
        if not message.is_streaming:
            raise ApiRefusal("message_not_in_streaming_state")
        return message

    def _history(self, arguments: JsonObject) -> JsonObject:
        channel = self._world.reachable(arguments.get("channel"))
        roots = [one for one in self._world.transcript(channel.id) if not one.thread_ts]
        return self._page(arguments, list(reversed(roots)))

    def _replies(self, arguments: JsonObject) -> JsonObject:
        root = self._world.find(arguments.get("channel"), arguments.get("ts"))
        return self._page(arguments, self._world.thread(root.channel.id, root.ts))

    def _page(self, arguments: JsonObject, messages: list[Message]) -> JsonObject:
        oldest = float(str(arguments.get("oldest", "0")))
        asked = [message for message in messages if float(message.ts) > oldest]
        at = int(str(arguments.get("cursor") or 0))
        following = at + min(PAGE_SIZE, int(str(arguments.get("limit", PAGE_SIZE))))
        has_more = following < len(asked)
        with_metadata = arguments.get("include_all_metadata") == "true"
        return {
            "messages": [_as_json(one, with_metadata=with_metadata) for one in asked[at:following]],
            "has_more": has_more,
            "response_metadata": {"next_cursor": str(following) if has_more else ""},
        }

    def _add_reaction(self, arguments: JsonObject) -> JsonObject:
        message = self._world.find(arguments.get("channel"), arguments.get("timestamp"))
        reaction = (str(arguments.get("name")), BOT_USER)
        if reaction in message.reactions:
            raise ApiRefusal("already_reacted")
        message.reactions.add(reaction)
        return {}

    def _set_status(self, arguments: JsonObject) -> JsonObject:
        channel = self._world.reachable(arguments.get("channel_id"))
        thread = self._world.find(channel.id, arguments.get("thread_ts")).ts
        self._world.statuses.append((channel.id, thread, str(arguments.get("status"))))
        return {}

    def _upload_url(self, arguments: JsonObject) -> JsonObject:
        length = int(str(arguments.get("length", "0")))
        if not arguments.get("filename") or length <= 0:
            raise ApiRefusal("invalid_arguments")
        file = self._world.add_file(str(arguments["filename"]), length)
        return {"file_id": file.id, "upload_url": f"{self._base_url()}/upload/{file.id}"}

    def _complete_upload(self, arguments: JsonObject) -> JsonObject:
        channel = self._world.reachable(arguments.get("channel_id"))
        files = [self._uploaded(entry) for entry in _objects(arguments.get("files"))]
        thread = self._thread({**arguments, "channel": channel.id})
        message = Message(
            channel=channel,
            ts=self._world.timestamp(),
            user=BOT_USER,
            text=str(arguments.get("initial_comment", "")),
            thread_ts=thread,
            file_ids=tuple(file.id for file in files),
        )
        self._world.keep(message)
        for file in files:
            file.messages.append(message)
        return {"files": [{"id": file.id, "title": file.name} for file in files]}

    def _uploaded(self, entry: JsonObject) -> StoredFile:
        file = self._world.file(entry.get("id"))
        if len(file.content) != file.length:
            raise ApiRefusal("file_upload_size_restricted")
        return file

    def _file_info(self, arguments: JsonObject) -> JsonObject:
        file = self._world.file(arguments.get("file"))
        shares: dict[str, list[JsonObject]] = {}
        for message in file.messages:
            shares.setdefault(message.channel.id, []).append({"ts": message.ts})
        address = file.address or f"{self._base_url()}/files/{file.id}"
        shown: JsonObject = {
            "id": file.id,
            "name": file.name,
            "mimetype": file.mimetype,
            "size": file.length,
            "mode": "hosted",
            "url_private": address,
            "url_private_download": f"{address}/download",
            "shares": {"private": shares},
        }
        return {"file": shown}


def _chunks(arguments: JsonObject) -> str:
    texts = []
    for chunk in _objects(arguments.get("chunks")):
        if chunk.get("type") != "markdown_text" or not chunk.get("text"):
            raise ApiRefusal("invalid_chunks")
        if calls_somebody(str(chunk["text"])):
            raise ApiRefusal("invalid_chunks")  # Slack would do it; nobody asked for that
        texts.append(str(chunk["text"]))
    if not texts:
        raise ApiRefusal("no_text")
    return "".join(texts)


def _objects(value: object) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _as_json(message: Message, *, with_metadata: bool) -> JsonObject:
    shown: JsonObject = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.user == BOT_USER:
        shown["bot_id"] = BOT_ID
    optional: JsonObject = {
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if with_metadata else None,
        "files": [{"id": file_id} for file_id in message.file_ids],
    }
    return shown | {name: value for name, value in optional.items() if value}
