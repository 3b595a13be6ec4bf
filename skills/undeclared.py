"""Refuses what a skill does past `runtime.http`, by Python's audit hooks.

https://docs.python.org/3/library/audit_events.html. The hooks name a lie in words that an author
understands; they hold Python code only. What holds against more is `skills.landlock`.
"""

import sys
from collections.abc import Collection
from typing import Final

from skills.addresses import is_public
from skills.capabilities import covers
from skills.errors import HttpError
from skills.http import GuardedSocket

LOOKUPS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
CONNECTIONS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
PROGRAMS: Final = frozenset({"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"})


class Declared:
    """What a skill may do on the network: nothing, ask some hosts, or ask any public one.

    `hosts` are `skills.capabilities` hosts, None for any; `allowed_hosts` are `host:port` texts of
    private ones that it may reach besides.
    """

    def __init__(
        self, *, has_network: bool, hosts: Collection[str] | None, allowed_hosts: Collection[str]
    ) -> None:
        self._has_network = has_network
        self._hosts = hosts
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    def enforce(self) -> None:
        """From now on refuse everything else in this process; there is no way back."""
        sys.addaudithook(self._audit)

    def _audit(self, event: str, given: tuple[object, ...]) -> None:
        if event in LOOKUPS:
            self._look_up(given)
        elif event in CONNECTIONS and not isinstance(given[0], GuardedSocket):
            if given[1] is not None:  # to whom it is connected already, it may write
                self._connect(given[1])
        elif event in PROGRAMS and self._has_network and self._hosts is not None:
            raise HttpError(
                "host_not_declared",
                f"it starts a program ({given[0]}), and nobody could say whom that asks: a skill "
                "that declares 'hosts' starts none",
            )

    def _look_up(self, given: tuple[object, ...]) -> None:
        host, port = str(given[0] or ""), str(given[1] if len(given) > 1 else "")
        self._refuse_offline(host)
        if self._hosts is not None and not any(
            covers(one, f"{host}:{port}") for one in self._hosts
        ):
            raise HttpError("host_not_declared", f"it looks up {host}, which it does not declare")

    def _connect(self, address: object) -> None:
        """Refuse a connection that is not one of `runtime.http`'s, unless any host may be asked."""
        host, port = address[:2] if isinstance(address, tuple) else (address, "")
        self._refuse_offline(str(host))
        if self._hosts is not None:
            message = f"it asks {host} past runtime.http, which alone knows the declared hosts"
            raise HttpError("host_not_declared", message)
        if f"{host}:{port}" not in self._allowed_hosts and not _is_public(str(host)):
            raise HttpError("refused_address", f"{host} is not a public address")

    def _refuse_offline(self, host: str) -> None:
        if not self._has_network:
            message = f"it asks {host}, but does not declare 'network: true'"
            raise HttpError("network_not_declared", message)


def _is_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:  # a name, or a socket of this machine
        return False
