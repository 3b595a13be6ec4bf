"""The files of a skill as one value: read without following links, and named by a hash."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from skills.errors import SkillError

SKILL_FILE: Final = "SKILL.md"
CACHE_FOLDER: Final = "__pycache__"  # what Python leaves behind; it is neither hashed nor copied
MAX_FILES: Final = 500
MAX_BYTES: Final = 16 * 1024 * 1024
READ_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
LENGTH_BYTES: Final = 8

# What a proposal may hold: the folders of https://agentskills.io/specification, and texts only, so
# that whoever approves it can read all of it.
PROPOSED_FOLDERS: Final = frozenset({"scripts", "references", "assets"})
PROPOSED_FILES: Final = frozenset({SKILL_FILE, "LICENSE", "LICENSE.txt", "README.md"})
PROPOSED_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
# Control characters, and those that make a text look other than it is: https://trojansource.codes
UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
MAX_PROPOSED_FILES: Final = 50
MAX_PROPOSED_BYTES: Final = 512 * 1024
MAX_PROPOSED_FILE_BYTES: Final = 64 * 1024
MAX_PROPOSED_DEPTH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """One file; `path` is relative to the skill's folder and uses slashes."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """All files of a skill, in the order of their paths."""

    files: tuple[PackageFile, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 over every path and content, each after its length, as 64 hex digits.

        The lengths keep a file's end from being taken for the next one's beginning. Modes and times
        don't count: they change nothing about a run.
        """
        total = hashlib.sha256()
        for file in self.files:
            for part in (file.path.encode(errors="surrogateescape"), file.data):
                total.update(len(part).to_bytes(LENGTH_BYTES))
                total.update(part)
        return total.hexdigest()

    def text(self, path: str) -> str:
        """Return a file as text.

        Raises:
            SkillError: there is no such file, or it is no UTF-8 text.
        """
        for file in self.files:
            if file.path == path:
                return _text(file)
        raise SkillError(f"there is no {path}")

    def write(self, folder: Path) -> None:
        """Write all files into a folder that must not exist; they are on disk afterwards. Blocks.

        Raises:
            OSError: the folder exists or can't be written.
        """
        folder.mkdir(parents=True)
        folders = {folder}
        for file in self.files:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            folders.update(one for one in target.parents if one.is_relative_to(folder))
            with target.open("xb") as out:
                out.write(file.data)
                out.flush()
                os.fsync(out.fileno())
        for one in folders:
            sync_folder(one)


def read_package(folder: Path | int) -> Package:
    """Read a skill's folder, by its path or by an open handle of it. Blocks.

    Raises:
        SkillError: it holds a link, a device or a pipe, or more than a skill may.
        OSError: it can't be read.
    """
    top, within = (".", folder) if isinstance(folder, int) else (folder, None)
    found: list[PackageFile] = []
    size = 0
    for here, folders, names, handle in os.fwalk(top, dir_fd=within, onerror=_refuse_silence):
        # A link to a folder stands among the folders; `fwalk` itself follows none.
        for name in (*folders, *names):
            _check_kind(os.stat(name, dir_fd=handle, follow_symlinks=False), name)
        folders[:] = [name for name in folders if name != CACHE_FOLDER]
        for name in names:
            path = Path(here, name).relative_to(top).as_posix()
            data = _read(handle, name, MAX_BYTES - size)
            size += len(data)
            found.append(PackageFile(path=path, data=data))
            if size > MAX_BYTES or len(found) > MAX_FILES:
                raise SkillError(f"it holds more than {MAX_FILES} files or {MAX_BYTES} bytes")
    return Package(files=tuple(sorted(found, key=_path)))


def proposal_mistakes(package: Package) -> Iterator[str]:
    """Say what a proposed skill may not hold, a sentence for each."""
    if len(package.files) > MAX_PROPOSED_FILES:
        yield f"it holds {len(package.files)} files, at most {MAX_PROPOSED_FILES} are taken"
    if sum(len(file.data) for file in package.files) > MAX_PROPOSED_BYTES:
        yield f"its files hold more than {MAX_PROPOSED_BYTES} bytes together"
    for file in package.files:
        yield from _file_mistakes(file)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on the disk. Blocks."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _file_mistakes(file: PackageFile) -> Iterator[str]:
    parts = PurePosixPath(file.path).parts
    allowed = parts[0] in PROPOSED_FOLDERS if len(parts) > 1 else file.path in PROPOSED_FILES
    if not allowed:
        yield (
            f"{file.path}: a skill holds {', '.join(sorted(PROPOSED_FILES))} and files below "
            f"{', '.join(sorted(PROPOSED_FOLDERS))}, nothing else"
        )
    if len(parts) > MAX_PROPOSED_DEPTH or not all(map(PROPOSED_NAME.fullmatch, parts)):
        yield f"{file.path}: names are letters, digits, '.', '_' and '-', not hidden, not deep"
    if len(file.data) > MAX_PROPOSED_FILE_BYTES:
        yield f"{file.path}: a file holds at most {MAX_PROPOSED_FILE_BYTES} bytes"
    try:
        text = _text(file)
    except SkillError as error:
        yield str(error)
        return
    if UNSEEN.search(text):
        yield f"{file.path}: it holds characters that can't be seen"
    if file.path.endswith(".py") and (mistake := _syntax_mistake(text, file.path)):
        yield mistake


def _syntax_mistake(text: str, path: str) -> str:
    """Compile without running; empty if it compiles."""
    try:
        compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return f"{path} does not compile: {error}"
    return ""


def _text(file: PackageFile) -> str:
    try:
        return file.data.decode()
    except UnicodeDecodeError as error:
        raise SkillError(f"{file.path} is not UTF-8 text") from error


def _read(folder: int, name: str, room: int) -> bytes:
    """Read one file; one byte more than there is room for tells that it is too long."""
    handle = os.open(name, READ_FLAGS, dir_fd=folder)
    with os.fdopen(handle, "rb") as file:
        _check_kind(os.fstat(handle), name)
        return file.read(room + 1)


def _check_kind(status: os.stat_result, name: str) -> None:
    """Refuse links, also hard ones: either would bring in what stands elsewhere."""
    if stat.S_ISLNK(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink > 1):
        raise SkillError(f"'{name}' is a link; a skill holds its own files only")
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise SkillError(f"'{name}' is a device, a pipe or a socket")


def _refuse_silence(error: OSError) -> None:
    """A part that can't be listed must not be passed over."""
    raise error


def _path(file: PackageFile) -> bytes:
    return file.path.encode(errors="surrogateescape")
