"""A folder whose files can be read and written, and nothing outside it."""

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from workers.errors import ToolError

FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a FIFO would wait for its writer.
READ_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CREATE_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NEW_FILE_MODE: Final = 0o644
COPIED_AT_ONCE: Final = 1024 * 1024  # bytes


class Workspace:
    """Reads and writes files below `root`; paths are as a model writes them.

    A path may be relative, or absolute and inside `root`. Each step of it is opened on its own and
    without following links, so that no link gets out, not even one that is put in place while we
    look. All methods block: call them in a thread.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def read(self, path: str, max_bytes: int) -> bytes:
        """Return the content of a regular file.

        Raises:
            ToolError: there is no such file, it is none, or it is larger than `max_bytes`.
        """
        with self._parent(path) as (folder, name), _explained(path):
            handle = os.open(name, READ_FLAGS, dir_fd=folder)
            try:
                _regular_file(os.fstat(handle), path)
                with os.fdopen(handle, "rb", closefd=False) as file:
                    data = file.read(max_bytes + 1)
            finally:
                os.close(handle)
        if len(data) > max_bytes:
            message = f"'{path}' is larger than {max_bytes} bytes; look at parts of it with bash"
            raise ToolError("too_large", message)
        return data

    def write(self, path: str, data: bytes) -> None:
        """Replace a file in one step, or make it with its folders; it is on disk afterwards.

        Raises:
            ToolError: it can't be written, or something other than a regular file is there.
        """
        with self._parent(path, is_made=True) as (folder, name), _explained(path):
            mode = _mode_to_keep(folder, name, path)
            draft = f".{uuid.uuid4().hex}.part"
            try:
                _write_new(folder, draft, data, mode)
                os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(draft, dir_fd=folder)
                raise
            os.fsync(folder)

    def take_in(self, path: str, draft: Path) -> None:
        """Move a finished file from outside to `path`, replacing what is there; on disk afterwards.

        `draft` must lie on the same file system and be on disk already.

        Raises:
            ToolError: it can't be put there.
        """
        with self._parent(path, is_made=True) as (folder, name), _explained(path):
            os.rename(draft, name, dst_dir_fd=folder)
            os.fsync(folder)

    def copy_out(self, path: str, target: Path, max_bytes: int) -> int:
        """Copy a regular file to `target`, which is new and outside; return how long it is.

        Raises:
            ToolError: there is no such file, it is none, or it is larger than `max_bytes`.
        """
        with self._parent(path) as (folder, name), _explained(path):
            handle = os.open(name, READ_FLAGS, dir_fd=folder)
            try:
                _regular_file(os.fstat(handle), path)
                with os.fdopen(handle, "rb", closefd=False) as source, target.open("wb") as copy:
                    size = _copied(source, copy, max_bytes)
            finally:
                os.close(handle)
        if size > max_bytes:
            raise ToolError("too_large", f"'{path}' is larger than {max_bytes} bytes")
        return size

    def remove(self, path: str) -> None:
        """Remove a file; harmless where there is none.

        Raises:
            ToolError: it can't be removed.
        """
        try:
            with self._parent(path) as (folder, name), _explained(path):
                os.unlink(name, dir_fd=folder)
        except ToolError as error:
            if error.code != "not_found":
                raise

    @contextlib.contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """Open a folder, and give a handle through which nothing outside is reached.

        Raises:
            ToolError: there is no such folder, or it is none.
        """
        with self._parent(path) as (parent, name), contextlib.ExitStack() as handles:
            with _explained(path):
                handle = _open_folder(parent, name, is_made=False)
            handles.callback(os.close, handle)
            yield handle

    @contextlib.contextmanager
    def _parent(self, path: str, *, is_made: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder that holds `path`, and give its handle and the name in it."""
        *folders, name = self._steps(path)
        with contextlib.ExitStack() as handles:
            with _explained(path):
                handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                handles.callback(os.close, handle)
                for folder in folders:
                    handle = _open_folder(handle, folder, is_made=is_made)
                    handles.callback(os.close, handle)
            yield handle, name

    def _steps(self, path: str) -> tuple[str, ...]:
        """Return the names from the root to the file, with `.` and `..` resolved as text.

        No link is ever followed, so the textual reading of `..` is the true one.
        """
        if "\0" in path:
            raise ToolError("bad_path", "a path must not hold a NUL character")
        steps: list[str] = []
        for part in self._relative(path).parts:
            if part != "..":
                steps.append(part)
            elif steps:
                steps.pop()
            else:
                raise self._outside(path)
        if not steps:
            raise ToolError("bad_path", f"'{path}' names the working directory, not a file in it")
        return tuple(steps)

    def _relative(self, path: str) -> PurePosixPath:
        given = PurePosixPath(path)
        if not given.is_absolute():
            return given
        for root in (self.root, self.root.resolve()):
            if given.is_relative_to(root):
                return given.relative_to(root)
        raise self._outside(path)

    def _outside(self, path: str) -> ToolError:
        message = f"'{path}' is outside the working directory {self.root}"
        return ToolError("outside_workspace", message)


def _copied(source: BinaryIO, copy: BinaryIO, max_bytes: int) -> int:
    """Copy a file, and put it on the disk; return its length, more than the bound if it is."""
    size = 0
    while size <= max_bytes and (piece := source.read(COPIED_AT_ONCE)):
        size += len(piece)
        copy.write(piece)
    copy.flush()
    os.fsync(copy.fileno())
    return size


def _open_folder(parent: int, name: str, *, is_made: bool) -> int:
    """Open a folder in a folder, making it first where that is asked for."""
    if is_made:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=parent)
    return os.open(name, FOLDER_FLAGS, dir_fd=parent)


def _write_new(folder: int, name: str, data: bytes, mode: int) -> None:
    handle = os.open(name, CREATE_FLAGS, dir_fd=folder)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, mode)
        file.write(data)
        file.flush()
        os.fsync(handle)


def _mode_to_keep(folder: int, name: str, path: str) -> int:
    """Return the permissions of the file that will be replaced, or those of a new one."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return NEW_FILE_MODE
    _regular_file(status, path)
    return stat.S_IMODE(status.st_mode) & 0o777


def _regular_file(status: os.stat_result, path: str) -> None:
    """Refuse what is no plain file of ours.

    Raises:
        ToolError: it is a folder, a link, a device, a pipe, or another user's file linked to here.
    """
    if stat.S_ISDIR(status.st_mode):
        raise ToolError("is_a_folder", f"'{path}' is a folder; list it with bash")
    if stat.S_ISLNK(status.st_mode):
        raise ToolError("is_a_link", f"'{path}' is a symbolic link; use the path of its target")
    if not stat.S_ISREG(status.st_mode):
        raise ToolError("not_a_file", f"'{path}' is a device, a pipe or a socket")
    if status.st_nlink > 1 and status.st_uid != os.geteuid():
        raise ToolError("not_a_file", f"'{path}' is a hard link to another user's file")


@contextlib.contextmanager
def _explained(path: str) -> Iterator[None]:
    """Turn what the system refuses into words that a model can act on."""
    try:
        yield
    except FileNotFoundError as error:
        raise ToolError("not_found", f"there is no file '{path}'") from error
    except PermissionError as error:
        raise ToolError("permission_denied", f"'{path}' may not be opened") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            message = f"'{path}' is a symbolic link; use the path of its target"
            raise ToolError("is_a_link", message) from error
        if error.errno == errno.ENOTDIR:  # what Linux says of a link, too, when a folder is wanted
            message = f"'{path}' leads through a file or a symbolic link; links are not followed"
            raise ToolError("not_a_folder", message) from error
        raise ToolError("file_error", f"'{path}': {error.strerror}") from error
