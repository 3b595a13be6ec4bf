"""Requests to DingTalk: no retries, a time limit each, and errors that hold no secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Final

import aiohttp

from channels.dingtalk.payload import JsonObject, JsonValue

REQUEST_SECONDS: Final = 20.0
_CONNECT_SECONDS: Final = 10.0


class RequestError(Exception):
    """A request got no answer; the sentence names neither its address nor its body."""


class NeverLeftError(RequestError):
    """There was no connection, so nothing was done."""


class UnansweredError(RequestError):
    """The request left and may have been carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What DingTalk answered; `body` is empty where that was no JSON object."""

    status: int
    body: JsonObject
    retry_after_seconds: float | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the status says so."""
        return self.status == HTTPStatus.OK

    def text(self, name: str) -> str:
        """Return a text of the body, empty where there is none."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """Return a number of the body, None where there is none."""
        value = self.body.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts of the body, empty where there is none."""
        value = self.body.get(name)
        if not isinstance(value, list | tuple):
            return ()
        return tuple(item for item in value if isinstance(item, str))

    @property
    def reason(self) -> str:
        """DingTalk's own words for what is wrong."""
        code = self.text("code") or str(self.number("errcode") or self.status)
        words = self.text("message") or self.text("errmsg")
        return f"{code}: {words}" if words and words != code else code


class Http:
    """The one HTTP session of a channel; it begins with the first request."""

    @cached_property
    def session(self) -> aiohttp.ClientSession:
        """The session itself, for what is no plain exchange of JSON."""
        # A kept connection that the server has just closed would leave a send's fate unknown.
        connector = aiohttp.TCPConnector(force_close=True)
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS, sock_connect=_CONNECT_SECONDS)
        return aiohttp.ClientSession(connector=connector, timeout=timeout)

    async def aclose(self) -> None:
        """Close all connections."""
        if "session" in self.__dict__:
            await self.session.close()

    async def ask(
        self,
        method: str,
        url: str,
        body: JsonObject | aiohttp.FormData | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = REQUEST_SECONDS,
    ) -> Answer:
        """Make a request and return the answer, whatever its status.

        Once, but for a PUT whose connection broke: aiohttp repeats that, which is harmless.

        Raises:
            RequestError: there was none.
        """
        content = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS)
        try:
            async with self.session.request(
                method, url, headers=headers, timeout=timeout, allow_redirects=False, **content
            ) as response:
                return Answer(
                    status=response.status,
                    body=_object(await response.read()),
                    retry_after_seconds=_seconds(response.headers.get("Retry-After", "")),
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise request_error(error) from None  # its text would hold the address


def request_error(error: Exception) -> RequestError:
    """Tell what a failed exchange means, in words without its address."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return NeverLeftError(f"cannot connect to {error.host}: {error.strerror}")
    if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL):
        return NeverLeftError(f"cannot connect: {type(error).__name__}")
    if isinstance(error, TimeoutError):
        return UnansweredError("no answer in time")
    return UnansweredError(f"the connection broke: {type(error).__name__}")


def _object(data: bytes) -> JsonObject:
    try:
        value: JsonValue = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(text: str) -> float | None:
    return float(text) if text.isdigit() else None
