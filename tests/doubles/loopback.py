"""Keeps tests off the network: only this machine may be talked to."""

import sys
from ipaddress import ip_address

_CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_RESOLVING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


class RealNetworkRefused(RuntimeError):  # noqa: N818 - what happened
    """A test reached for another machine."""


def refuse_real_network() -> None:
    """From now on, let sockets reach this machine only; lasts until the process ends.

    An audit hook sees every socket of the interpreter, whichever library opens it.
    """
    sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event in _CONNECTING:
        address = arguments[1] if len(arguments) > 1 else None
        # Not a tuple: a Unix socket's path, or no address at all.
        if isinstance(address, tuple) and not is_here(address[0]):
            raise RealNetworkRefused(f"tests must not connect to {address[0]}:{address[1]}")
    elif event in _RESOLVING and not _may_be_resolved(arguments[0]):
        raise RealNetworkRefused(f"tests must not look up {arguments[0]!r}; use 127.0.0.1")


def is_here(host: object) -> bool:
    """Say whether an address is this machine's loopback."""
    text = host.decode() if isinstance(host, bytes) else str(host)
    if text in {"", "localhost"}:
        return True
    try:
        return ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _may_be_resolved(host: object) -> bool:
    if host is None or is_here(host):
        return True
    try:  # reading an address asks nobody
        ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True
