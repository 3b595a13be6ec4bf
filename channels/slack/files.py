"""Files, in both directions."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ValidationError

from channels.errors import FileUnavailable, SendFailed
from channels.message import Attachment, OutboundFile, OutboundMessage
from channels.slack.api import SlackApi
from channels.slack.failures import UNTOLD_RETRY, CallFailed, send_error
from channels.slack.mrkdwn import to_mrkdwn
from channels.slack.payload import JsonObject

PIECE_BYTES: Final = 1 << 20
_WAIT_SECONDS: Final = 30.0
_UPLOAD_SECONDS: Final = 90.0
_OWN_HOSTS: Final = "slack.com"  # and all below it: only they are shown the token
_GONE: Final = frozenset({"tombstone", "hidden_by_limit"})


class _Info(BaseModel):
    """https://docs.slack.dev/reference/methods/files.info, as far as it is read."""

    class File(BaseModel):
        mode: str = ""
        url_private: str = ""
        url_private_download: str = ""
        shares: dict[str, dict[str, tuple["_Share", ...]]] = {}

    file: File


class _Share(BaseModel):
    ts: str


class Files:
    """What the bot may fetch from Slack, and what it puts there."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield a file piece by piece, see `FetchesFiles`."""
        address = await self._address(attachment)
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=_WAIT_SECONDS, sock_read=_WAIT_SECONDS
        )
        try:
            async with self._api.session.get(
                address, headers=self._api.authorization, timeout=timeout
            ) as response:
                _check(response, attachment)
                async for piece in response.content.iter_chunked(PIECE_BYTES):
                    yield piece
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            reason = f"Slack did not hand the file over: {type(error).__name__}"
            raise FileUnavailable(reason, retry_after=UNTOLD_RETRY) from error

    async def send(self, message: OutboundMessage, file: OutboundFile) -> str:
        """Send a file with a text beside it, see `SendsFiles`.

        Nothing is shown before the last of the three requests. Returns the id of the message or,
        while Slack still keeps that to itself, of the file.
        """
        file_id, address = await self._place(file)
        await self._upload(address, file)
        try:
            await self._api.post(
                "files.completeUploadExternal", _completion(message, file, file_id)
            )
        except CallFailed as failure:
            raise send_error(failure) from failure
        return await self._message_of(file_id, message.conversation.chat_id) or file_id

    async def _address(self, attachment: Attachment) -> str:
        try:
            info = await self._info(attachment.file_id)
        except CallFailed as failure:
            is_passing = failure.was_sent or not failure.code or failure.retry_after is not None
            retry_after = (failure.retry_after or UNTOLD_RETRY) if is_passing else None
            raise FileUnavailable(failure.reason, retry_after=retry_after) from failure
        except ValidationError as error:
            raise FileUnavailable("Slack does not say where the file is") from error
        address = info.file.url_private_download or info.file.url_private
        if info.file.mode in _GONE or not address:
            raise FileUnavailable("the file is not there any more")
        if not self._may_see_token(address):
            raise FileUnavailable("the file does not lie at Slack, which Crewdesk does not follow")
        return address

    def _may_see_token(self, address: str) -> bool:
        place, base = urlsplit(address), urlsplit(self._api.base)
        if place.netloc == base.netloc:
            return True
        host = place.hostname or ""
        is_slacks = host == _OWN_HOSTS or host.endswith(f".{_OWN_HOSTS}")
        return place.scheme == "https" and is_slacks

    async def _info(self, file_id: str) -> _Info:
        return _Info.model_validate(await self._api.get("files.info", {"file": file_id}))

    async def _place(self, file: OutboundFile) -> tuple[str, str]:
        """Ask where the file is to be put; returns its id and the address."""
        arguments = {"filename": file.name, "length": str(file.size_bytes)}
        try:
            answer = await self._api.get("files.getUploadURLExternal", arguments)
        except CallFailed as failure:
            error = send_error(failure)
            if failure.was_sent:  # nothing is shown by asking
                error = SendFailed(failure.reason, retry_after=UNTOLD_RETRY)
            raise error from failure
        return str(answer.get("file_id", "")), str(answer.get("upload_url", ""))

    async def _upload(self, address: str, file: OutboundFile) -> None:
        try:
            # Opened here: aiohttp may leave a body behind once the answer is there.
            with await asyncio.to_thread(file.path.open, "rb") as opened:
                status = await self._put(address, opened, file.size_bytes)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            reason = f"the upload to Slack broke: {type(error).__name__}"
            raise SendFailed(reason, retry_after=UNTOLD_RETRY) from error
        if status != HTTPStatus.OK:
            reason = f"Slack refuses the upload with status {status}"
            raise SendFailed(reason, retry_after=UNTOLD_RETRY)

    async def _put(self, address: str, opened: BinaryIO, size_bytes: int) -> int:
        """Put the content where Slack wants it; returns the HTTP status."""
        async with self._api.session.post(
            address,
            data=_pieces(opened),
            headers={
                "Content-Length": str(size_bytes),
                "Content-Type": "application/octet-stream",
            },
            timeout=aiohttp.ClientTimeout(total=_UPLOAD_SECONDS),
        ) as response:
            return response.status

    async def _message_of(self, file_id: str, channel: str) -> str:
        """Return the message that shows the file, empty where Slack does not tell (yet)."""
        try:
            shares = (await self._info(file_id)).file.shares
        except (CallFailed, ValidationError):
            return ""
        found = [share.ts for kind in shares.values() for share in kind.get(channel, ())]
        return found[-1] if found else ""


def _completion(message: OutboundMessage, file: OutboundFile, file_id: str) -> JsonObject:
    """Return what shows an uploaded file."""
    place = message.conversation
    arguments: JsonObject = {
        "files": [{"id": file_id, "title": file.name}],
        "channel_id": place.chat_id,
    }
    if place.thread_id:
        arguments["thread_ts"] = place.thread_id
    if message.text.strip():
        arguments["initial_comment"] = to_mrkdwn(message.text)
    return arguments


def _check(response: aiohttp.ClientResponse, attachment: Attachment) -> None:
    """Raise unless the answer is the file: without permission Slack shows its page to sign in."""
    is_page = response.content_type == "text/html" and attachment.mime_type != "text/html"
    if response.status == HTTPStatus.OK and not is_page:
        return
    is_passing = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise FileUnavailable(
        f"Slack does not hand the file over (status {response.status}): has the app files:read?",
        retry_after=UNTOLD_RETRY if is_passing else None,
    )


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
        yield piece
