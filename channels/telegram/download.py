"""Reads a file that the Bot API server holds, piece by piece."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from channels.errors import FileUnavailable

PIECE_BYTES: Final = 256 * 1024
_SILENCE: Final = ClientTimeout(total=None, sock_connect=30, sock_read=30)  # seconds


async def download(url: str) -> AsyncGenerator[bytes, None]:
    """Yield what lies at a URL, which holds the bot's token and is therefore never repeated.

    Raises:
        FileUnavailable: it can't be had now; a new link may help.
    """
    try:
        async with ClientSession(timeout=_SILENCE) as http, http.get(url) as response:
            if response.status != HTTPStatus.OK:
                raise _refused(response.status)
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                yield piece
    except (ClientError, TimeoutError) as error:
        reason = f"the connection to Telegram broke: {type(error).__name__}"
        raise FileUnavailable(reason, retry_after=timedelta(0)) from None


def _refused(status: int) -> FileUnavailable:
    if status == HTTPStatus.NOT_FOUND:
        return FileUnavailable("Telegram's link to it has expired", retry_after=timedelta(0))
    return FileUnavailable(f"Telegram answered with HTTP {status}", retry_after=timedelta(0))
