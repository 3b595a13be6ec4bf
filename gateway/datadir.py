"""The data directory: who holds it, who it is, and the keys that lie in it."""

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

from gateway.errors import StartupError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningGateway:
    """Where the gateway of a data directory listens, for the command line."""

    url: str
    pid: int


class DataDirectory:
    """A data directory that this process holds alone until it closes it or dies."""

    def __init__(self, path: Path, lock: int, owner: str, token: str) -> None:
        self.path = path
        self.owner = owner  # names the directory: the leases of its last holder carry it
        self.token = token  # lets the local terminal in
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Self:
        """Make the directory if it is missing, and take hold of it. Blocks for a moment.

        Raises:
            StartupError: it cannot be used, or another process holds it.
        """
        try:
            path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            _shut_out_others(path)
            lock = os.open(path / "gateway.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return cls(path, lock, _kept(path / "node-id", str(uuid4())), terminal_token(path))
        except BlockingIOError as error:
            os.close(lock)
            raise StartupError(
                f"another gateway is running on the data directory {path}; stop it, or name "
                "another directory with CREWDESK_DATA_DIR"
            ) from error
        except OSError as error:  # a file system without locks, say
            os.close(lock)
            raise _unusable(path, error) from error
        except StartupError:
            os.close(lock)
            raise

    def announce(self, url: str) -> None:
        """Write down where the gateway listens; raises `StartupError` where that cannot be."""
        text = json.dumps({"url": url, "pid": os.getpid()})
        _write_private(self.path / "gateway.json", text)

    def close(self) -> None:
        """Let go of the directory."""
        (self.path / "gateway.json").unlink(missing_ok=True)
        os.close(self._lock)


def terminal_token(path: Path) -> str:
    """Return the key of the local terminal, made at the first start and readable by its owner."""
    return _kept(path / "terminal-token", secrets.token_urlsafe(32))


def running_gateway(path: Path) -> RunningGateway | None:
    """Return where the gateway of a data directory listens, None where none has announced itself.

    One that was killed leaves its announcement behind, so nobody may answer there.
    """
    try:
        read = json.loads((path / "gateway.json").read_text())
    except (OSError, ValueError):
        return None
    return RunningGateway(url=str(read["url"]), pid=int(read["pid"]))


def _unusable(path: Path, error: OSError) -> StartupError:
    return StartupError(
        f"cannot use the data directory {path}: {error.strerror}; make it writable for this user, "
        "or name another one with CREWDESK_DATA_DIR"
    )


def _shut_out_others(path: Path) -> None:
    """Take the rights of group and others away: a checkout, or a person, may have made the folder.

    Somebody else's folder stays as it is; whether we may use it shows soon.
    """
    status = path.stat()
    if status.st_uid == os.getuid() and status.st_mode & ~PRIVATE_FOLDER & 0o777:
        path.chmod(PRIVATE_FOLDER)


def _kept(file: Path, fresh: str) -> str:
    """Return what a file holds; write `fresh` to it first where it is missing or empty."""
    try:
        if found := file.read_text().strip():
            return found
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StartupError(f"cannot read {file}: {error.strerror}") from error
    _write_private(file, fresh)
    return fresh


def _write_private(file: Path, text: str) -> None:
    """Replace a file in one step; only its owner can read it.

    Raises:
        StartupError: it cannot be written, on a full disk say.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StartupError(f"cannot write {file}: {error.strerror}; mend that") from error
