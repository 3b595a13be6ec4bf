"""Files: those that came with messages, and those that the bot sends."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import aiohttp

from channels.dingtalk.http import Answer, Http, RequestError, request_error
from channels.dingtalk.openapi import OpenApi
from channels.dingtalk.refusals import (
    TOKEN_CODES,
    is_rate_limit,
    wait_of,
)
from channels.dingtalk.settings import DingtalkSettings
from channels.errors import (
    FileUnavailable,
    SendError,
    SendFailed,
    SendRejected,
)
from channels.message import Attachment, OutboundFile

DOWNLOAD: Final = "/v1.0/robot/messageFiles/download"
UPLOAD: Final = "/media/upload"
PICTURE_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp"})
MOST_UPLOAD_BYTES: Final = 20 * 1024 * 1024
"""Source of types and size: https://open.dingtalk.com/document/orgapp/upload-media-files."""

_PIECE_BYTES: Final = 64 * 1024
_PIECE_SECONDS: Final = 30.0
_UPLOAD_SECONDS: Final = 60.0
_UPLOAD_RETRY: Final = timedelta(seconds=1)
_FETCH_RETRY: Final = timedelta(seconds=5)


class Files:
    """The files of one robot."""

    def __init__(self, http: Http, api: OpenApi, settings: DingtalkSettings) -> None:
        self._http = http
        self._api = api
        self._robot = settings.robot
        self._upload_url = settings.file_base.rstrip("/") + UPLOAD

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield a file, see `FetchesFiles`."""
        url = await self._address(attachment)
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=_PIECE_SECONDS, sock_read=_PIECE_SECONDS
        )
        try:
            async with self._http.session.get(url, timeout=timeout) as response:
                if response.status != 200:  # noqa: PLR2004 - OK
                    raise _not_there(response.status)
                async for piece in response.content.iter_chunked(_PIECE_BYTES):
                    yield piece
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise FileUnavailable(str(request_error(error)), retry_after=_FETCH_RETRY) from None

    async def upload(self, file: OutboundFile) -> str:
        """Hand a file to DingTalk and return its media id; nothing is shown yet.

        Raises:
            SendFailed: try again.
            SendRejected: it is too large or not taken.
        """
        if file.size_bytes > MOST_UPLOAD_BYTES:
            raise SendRejected("DingTalk takes files of 20 MiB at most")
        token = await self._api.token()
        kind = "image" if file.mime_type in PICTURE_TYPES else "file"
        url = f"{self._upload_url}?access_token={token}&type={kind}"
        try:
            answer = await self._post(url, file)
        except RequestError as error:
            raise SendFailed(str(error), retry_after=_UPLOAD_RETRY) from error
        media_id = answer.text("media_id")
        if answer.is_ok and media_id:
            return media_id
        if str(answer.number("errcode")) in TOKEN_CODES:
            self._api.forget(token)
            raise SendFailed(answer.reason, retry_after=_UPLOAD_RETRY)
        raise _upload_refusal(answer)

    async def _post(self, url: str, file: OutboundFile) -> Answer:
        with Path(file.path).open("rb") as content:  # noqa: ASYNC230 - aiohttp reads it in threads
            form = aiohttp.FormData()
            form.add_field("media", content, filename=file.name, content_type=file.mime_type)
            return await self._http.ask("POST", url, form, seconds=_UPLOAD_SECONDS)

    async def _address(self, attachment: Attachment) -> str:
        """Return the temporary address of a file."""
        body = {"downloadCode": attachment.file_id, "robotCode": self._robot}
        try:
            answer = await self._api.call("POST", DOWNLOAD, body)
        except SendRejected as error:
            raise FileUnavailable(f"DingTalk does not have the file any more: {error}") from error
        except SendFailed as error:
            raise FileUnavailable(error.reason, retry_after=error.retry_after) from error
        except SendError as error:
            raise FileUnavailable(str(error), retry_after=_FETCH_RETRY) from error
        if not (url := answer.text("downloadUrl")):
            raise FileUnavailable("DingTalk names no address for the file")
        return url


def _not_there(status: int) -> FileUnavailable:
    is_passing = status >= 500 or status == 429  # noqa: PLR2004 - HTTP's own numbers
    retry_after = _FETCH_RETRY if is_passing else None
    return FileUnavailable(f"the file's address answers {status}", retry_after=retry_after)


def _upload_refusal(answer: Answer) -> SendError:
    if is_rate_limit(answer):
        return SendFailed(answer.reason, retry_after=wait_of(answer))
    if answer.number("errcode") == -1 or answer.status >= 500:  # noqa: PLR2004 - a server's error
        return SendFailed(answer.reason, retry_after=_UPLOAD_RETRY)
    return SendRejected(answer.reason)
