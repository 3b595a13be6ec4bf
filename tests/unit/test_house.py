"""What the test suite itself promises: no real network, no leaked task, no silent skip."""

import socket

import pytest

from tests.doubles.loopback import RealNetworkRefused, is_here
from tests.parts import REQUIRE_ALL_VARIABLE, require


def test_connecting_elsewhere_is_refused() -> None:
    """A test that reaches for another machine fails with a sentence that says so."""
    with socket.socket() as client, pytest.raises(RealNetworkRefused, match="must not connect"):
        client.connect(("192.0.2.1", 80))


def test_sending_a_datagram_elsewhere_is_refused() -> None:
    """The same without a connection."""
    with (
        socket.socket(type=socket.SOCK_DGRAM) as client,
        pytest.raises(RealNetworkRefused, match="must not connect"),
    ):
        client.sendto(b"?", ("192.0.2.1", 53))


def test_looking_up_a_name_is_refused() -> None:
    """A name asks a server on the network, even if nothing is sent to its address."""
    with pytest.raises(RealNetworkRefused, match="must not look up"):
        socket.getaddrinfo("example.org", 443)


def test_this_machine_may_be_talked_to() -> None:
    """Loopback servers are what tests use instead."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = ("localhost", server.getsockname()[1])
        with socket.create_connection(address, timeout=5) as client:
            peer = client.getpeername()[0]

    assert is_here(peer)


def test_missing_part_is_a_skip_here_and_a_failure_in_the_build(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where everything is required nothing is skipped silently."""
    monkeypatch.delenv(REQUIRE_ALL_VARIABLE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="Docker is missing: no socket"):
        require("Docker", "no socket")

    monkeypatch.setenv(REQUIRE_ALL_VARIABLE, "1")
    with pytest.raises(pytest.fail.Exception, match="Docker is missing: no socket"):
        require("Docker", "no socket")
