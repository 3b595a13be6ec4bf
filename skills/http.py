"""The one HTTP client for skills: it reaches the public internet and nothing else."""

import asyncio
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import aiohttp
from yarl import URL

from skills.addresses import is_public
from skills.capabilities import covers
from skills.charset import decode
from skills.errors import HttpError

MAX_REDIRECTS: Final = 5
MAX_URL_CHARACTERS: Final = 4_096
DEFAULT_MAX_BYTES: Final = 5 * 1024 * 1024
DEFAULT_TIMEOUT: Final = timedelta(seconds=20)
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PRIVATE_HEADERS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "x-api-key",
        "x-subscription-token",
    }
)
USER_AGENT: Final = "Crewdesk/0.1 (chat-bot gateway; fetches what a person asked for)"
NO_HEADERS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A response whose body was read within the limits; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The type without its parameters, in lower case; empty if the server named none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The declared charset, empty if there is none."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'")
        return ""

    @property
    def text(self) -> str:
        """The body, decoded by its declared or sniffed charset; never fails."""
        return decode(self.body, self.charset)


class HttpClient(Protocol):
    """What a skill is given to talk to the network."""

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        max_bytes: int = DEFAULT_MAX_BYTES,
        timeout: timedelta = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - bounds all hops together
    ) -> HttpResponse:
        """Fetch a page, following at most `MAX_REDIRECTS` redirects, whatever its status is.

        Raises:
            HttpError: there is no usable response; `code` says why.
        """


class NoNetwork:
    """The client of a skill that did not declare `network: true`."""

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        max_bytes: int = DEFAULT_MAX_BYTES,
        timeout: timedelta = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - the protocol's parameter
    ) -> HttpResponse:
        """Refuse."""
        del url, headers, max_bytes, timeout
        raise HttpError("network_not_declared", "this skill does not declare 'network: true'")


class GuardedHttp:
    """Refuses every address that is not public, at the moment of connecting to it.

    The check stands where the socket is made, after the name was resolved, so that neither an odd
    spelling, a name that resolves differently the second time, nor a redirect gets past it.
    `allowed_hosts` are `host:port` texts exempt from the check, for tests and self-hosters.
    `declared_hosts`, if not None, are the only ones that are asked, redirects included: a name,
    `*.` and a name for all below it, or either with a port.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Collection[str] = (),
        declared_hosts: Collection[str] | None = None,
    ) -> None:
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._declared_hosts = declared_hosts

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        max_bytes: int = DEFAULT_MAX_BYTES,
        timeout: timedelta = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - bounds all hops together
    ) -> HttpResponse:
        """Fetch a page as `HttpClient.get` describes."""
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                return await self._follow(_checked(url), headers, max_bytes)
        except TimeoutError as error:
            seconds = timeout.total_seconds()
            raise HttpError("timeout", f"no whole response came within {seconds:g} s") from error

    async def _follow(self, url: URL, headers: Mapping[str, str], max_bytes: int) -> HttpResponse:
        for _ in range(MAX_REDIRECTS + 1):
            self._refuse_undeclared(url)
            response = await self._fetch(url, headers, max_bytes)
            location = response.headers.get("location", "")
            if response.status not in REDIRECTS or not location:
                return response
            target = _checked(location, base=url)
            if target.origin() != url.origin():
                headers = {k: v for k, v in headers.items() if k.lower() not in PRIVATE_HEADERS}
            url = target
        raise HttpError("too_many_redirects", f"more than {MAX_REDIRECTS} redirects")

    def _refuse_undeclared(self, url: URL) -> None:
        declared = self._declared_hosts
        if declared is None or any(covers(one, _host(url)) for one in declared):
            return
        listed = ", ".join(sorted(declared)) or "none"
        message = f"{_host(url)} is not among the hosts that the skill declares ({listed})"
        raise HttpError("host_not_declared", message)

    async def _fetch(self, url: URL, headers: Mapping[str, str], max_bytes: int) -> HttpResponse:
        """Make one request, over a connection of its own that no other host can come to share."""
        guard = _Guard(is_exempt=_host(url) in self._allowed_hosts)
        connector = aiohttp.TCPConnector(socket_factory=guard.make_socket, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(total=None),  # the caller's covers all hops
                ) as session,
                session.get(
                    url, headers={"User-Agent": USER_AGENT, **headers}, allow_redirects=False
                ) as response,
            ):
                body = await _read(response, max_bytes)
                return HttpResponse(
                    url=str(url.with_fragment(None)),
                    status=response.status,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=body,
                )
        except aiohttp.ClientConnectionError as error:
            if guard.refused:
                message = f"{url.host} is at {guard.refused[0]}, which is not a public address"
                raise HttpError("refused_address", message) from error
            raise HttpError("unreachable", f"{url.host} can't be reached: {_why(error)}") from error
        except aiohttp.InvalidURL as error:  # spellings that only a resolver would understand
            raise HttpError("bad_url", f"{url.host} is no proper host: {error}") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise HttpError(
                "bad_response", f"{url.host} sent no proper response: {error}"
            ) from error


class GuardedSocket(socket.socket):
    """A socket for an address that was checked."""


class _Guard:
    """Makes sockets for public addresses only, and notes which others were asked for."""

    def __init__(self, *, is_exempt: bool) -> None:
        self._is_exempt = is_exempt
        self.refused: list[str] = []

    def make_socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """Make the socket for one resolved address.

        Raises:
            OSError: the address must not be reached.
        """
        family, kind, protocol, _, where = address
        host = str(where[0])
        if not self._is_exempt and not is_public(host):
            self.refused.append(host)
            raise OSError(f"{host} is not a public address")
        return GuardedSocket(family=family, type=kind, proto=protocol)


def _why(error: aiohttp.ClientConnectionError) -> str:
    """Say in the system's words why there is no connection."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name can't be looked up; is this machine online?"
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error.strerror or str(error.os_error)
    return str(error)


def _host(url: URL) -> str:
    return f"{url.host}:{url.port}".lower()


def _checked(text: str, *, base: URL | None = None) -> URL:
    """Parse an address that may be fetched.

    Raises:
        HttpError: it is malformed, too long, not of the web, or holds credentials.
    """
    if len(text) > MAX_URL_CHARACTERS:
        raise HttpError("bad_url", f"the address is longer than {MAX_URL_CHARACTERS} characters")
    try:
        url = URL(text) if base is None else base.join(URL(text))
    except ValueError as error:
        raise HttpError("bad_url", f"'{text[:200]}' is not an address: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host or not url.port:
        raise HttpError("bad_url", "only http:// and https:// addresses can be fetched")
    if url.user is not None or url.password is not None:
        raise HttpError("bad_url", "an address must not hold a user name or a password")
    return url


async def _read(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read a body piece by piece, so that neither a long nor a compressed one fills the memory."""
    too_large = HttpError("too_large", f"the page is larger than {max_bytes} bytes")
    if (response.content_length or 0) > max_bytes:
        raise too_large
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > max_bytes:
            raise too_large
    return bytes(body)
