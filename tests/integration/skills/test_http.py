"""The guarded HTTP client against a real server on this machine."""

import gzip
from datetime import timedelta

import pytest

from skills.errors import HttpError
from skills.http import GuardedHttp
from tests.doubles.web_server import WebServer


@pytest.fixture
def http(server: WebServer) -> GuardedHttp:
    """Return a client that may reach the test's server, and no other address of this machine."""
    return GuardedHttp(allowed_hosts=[server.host])


async def code_of(http: GuardedHttp, url: str, *, max_bytes: int = 1000) -> str:
    """Return the code with which a request fails."""
    with pytest.raises(HttpError) as raised:
        await http.get(url, max_bytes=max_bytes, timeout=timedelta(seconds=5))
    return raised.value.code


async def test_a_page_is_fetched(server: WebServer, http: GuardedHttp) -> None:
    """Status, headers, final address and text of a response are returned."""
    server.serve("/a", "你好".encode("gbk"), content_type="text/html; charset=gb2312")

    response = await http.get(server.url("/a#part"), headers={"X-Ours": "1"})

    assert (response.status, response.text) == (200, "你好")
    assert response.url == server.url("/a")
    assert response.media_type == "text/html"
    assert server.asked[0].headers["x-ours"] == "1"


async def test_an_address_of_this_machine_is_refused(server: WebServer) -> None:
    """Without an exemption nothing is even asked of the server."""
    port = server.host.partition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"):  # noqa: S104 - refused
        assert await code_of(GuardedHttp(), f"http://{host}:{port}/") == "refused_address"

    assert server.asked == []


async def test_an_exemption_holds_for_one_port_only(server: WebServer) -> None:
    """An allowed host is not allowed on another port, nor under another name."""
    port = server.host.partition(":")[2]

    assert await code_of(GuardedHttp(allowed_hosts=["127.0.0.1:1"]), server.url("/")) == (
        "refused_address"
    )
    assert await code_of(GuardedHttp(allowed_hosts=[server.host]), f"http://localhost:{port}/") == (
        "refused_address"
    )
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[::127.0.0.1]/",
    ],
)
async def test_a_private_address_is_refused(url: str) -> None:
    """No connection is tried to an address that is not public."""
    assert await code_of(GuardedHttp(), url) == "refused_address"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no address",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://",
        "http://name:password@127.0.0.1/",
        "http://name@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "http://127.0.0.1/" + "a" * 5000,
    ],
)
async def test_an_improper_address_is_refused(url: str) -> None:
    """Only proper web addresses without credentials are asked for."""
    assert await code_of(GuardedHttp(), url) == "bad_url"


async def test_redirects_are_followed_and_checked_again(
    server: WebServer, http: GuardedHttp
) -> None:
    """A redirect leads on, but neither to a private address nor to a local file."""
    port = server.host.partition(":")[2]
    server.serve("/a", status=302, headers={"Location": "/b"})
    server.serve("/b", "here")
    server.serve("/inside", status=301, headers={"Location": f"http://localhost:{port}/b"})
    server.serve("/file", status=307, headers={"Location": "file:///etc/passwd"})

    response = await http.get(server.url("/a"))

    assert (response.url, response.text) == (server.url("/b"), "here")
    assert await code_of(http, server.url("/inside")) == "refused_address"
    assert await code_of(http, server.url("/file")) == "bad_url"


async def test_redirects_come_to_an_end(server: WebServer, http: GuardedHttp) -> None:
    """A circle of redirects is left after the fifth."""
    server.serve("/a", status=302, headers={"Location": "/a"})

    assert await code_of(http, server.url("/a")) == "too_many_redirects"
    assert len(server.asked) == 6


async def test_credentials_do_not_follow_to_another_host(server: WebServer) -> None:
    """A redirect to another origin takes along no header that proves who asks."""
    async with WebServer() as other:
        other.serve("/b", "here")
        server.serve("/a", status=302, headers={"Location": other.url("/b")})
        both = GuardedHttp(allowed_hosts=[server.host, other.host])
        await both.get(server.url("/a"), headers={"Authorization": "secret", "X-Ours": "1"})

    assert server.asked[0].headers["authorization"] == "secret"
    assert "authorization" not in other.asked[0].headers
    assert other.asked[0].headers["x-ours"] == "1"


async def test_a_large_body_is_refused(server: WebServer, http: GuardedHttp) -> None:
    """The limit holds for declared, undeclared and compressed sizes."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    server.serve("/declared", b"x" * 1001, headers={"Content-Length": "1001"})
    server.serve("/chunked", b"x" * 1001)
    server.serve("/bomb", bomb, headers={"Content-Encoding": "gzip"})
    server.serve("/fits", b"x" * 1000)

    assert await code_of(http, server.url("/declared")) == "too_large"
    assert await code_of(http, server.url("/chunked")) == "too_large"
    assert await code_of(http, server.url("/bomb"), max_bytes=100_000) == "too_large"
    assert len((await http.get(server.url("/fits"), max_bytes=1000)).body) == 1000


async def test_a_body_that_never_ends_is_given_up(server: WebServer, http: GuardedHttp) -> None:
    """The time limit holds for the whole response."""
    server.stall("/a")

    with pytest.raises(HttpError) as raised:
        await http.get(server.url("/a"), timeout=timedelta(seconds=0.2))

    assert raised.value.code == "timeout"


async def test_a_body_that_is_not_what_it_says_is_a_bad_response(
    server: WebServer, http: GuardedHttp
) -> None:
    """Broken compression is the server's fault, and is named."""
    server.serve("/a", b"not gzip", headers={"Content-Encoding": "gzip"})

    assert await code_of(http, server.url("/a")) == "bad_response"


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    """A refused connection is told apart from a refused address."""
    async with WebServer() as gone:
        host = gone.host

    assert await code_of(GuardedHttp(allowed_hosts=[host]), f"http://{host}/") == "unreachable"


async def test_no_cookie_is_kept(server: WebServer, http: GuardedHttp) -> None:
    """What one page sets, the next is not told."""
    server.serve("/a", "1", headers={"Set-Cookie": "id=1; Path=/"})

    await http.get(server.url("/a"))
    await http.get(server.url("/a"))

    assert "cookie" not in server.asked[1].headers


async def test_an_undeclared_host_is_refused(server: WebServer) -> None:
    """Not even a redirect leads to a host that the skill does not declare."""
    async with WebServer() as other:
        server.serve("/a", status=302, headers={"Location": other.url("/b")})
        http = GuardedHttp(
            allowed_hosts=[server.host, other.host], declared_hosts=[server.host, "example.org"]
        )
        assert await code_of(http, other.url("/b")) == "host_not_declared"
        assert await code_of(http, server.url("/a")) == "host_not_declared"

    assert other.asked == []
    assert len(server.asked) == 1
