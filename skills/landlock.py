"""Keeps this process, and all that it starts, out of folders: Linux's Landlock.

https://docs.kernel.org/userspace-api/landlock.html. Run as a program it confines itself and then
becomes another one: `python landlock.py KIND PATH … -- PROGRAM ARGUMENT …`. It imports little,
because it stands before each command of `bash`.
"""

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all architectures
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FIRST_VERSION_RIGHTS = (1 << 13) - 1
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE  # the other rights are of folders only
_ALL_TCP = 0b11  # to bind and to connect
_NOT_STARTED = 126  # as a shell says it

_VERSION_OF_REFER, _VERSION_OF_TRUNCATE, _VERSION_OF_TCP = 2, 3, 4

HIDDEN, FROZEN, READABLE, OPEN, OFFLINE = "hidden", "frozen", "readable", "open", "offline"
KINDS = (HIDDEN, FROZEN, READABLE, OPEN, OFFLINE)

Folders = Mapping[str, Sequence[str]]
"""Absolute paths without links, by kind.

`hidden` ones can't be reached, but for what is `open` (to all) or `readable` below them; `frozen`
ones can't be written. `offline` holds anything at all where TCP shall be off. In a folder that
leads to a hidden or frozen one, names can be listed, but none be added or removed.
"""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Return which version of Landlock there is; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    known: int = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)
    return max(known, 0)


def confine(folders: Folders) -> bool:
    """Confine the calling thread and all that it starts, for good; False where that can't be.

    Raises:
        OSError: the system refused although it has Landlock.
    """
    known = version()
    if not known:
        return False
    libc = _libc()
    rights = _FIRST_VERSION_RIGHTS
    rights |= _REFER if known >= _VERSION_OF_REFER else 0
    rights |= _TRUNCATE if known >= _VERSION_OF_TRUNCATE else 0
    is_offline = bool(folders.get(OFFLINE)) and known >= _VERSION_OF_TCP
    ruleset = _Ruleset(rights, _ALL_TCP if is_offline else 0)
    size = ctypes.sizeof(ruleset) if is_offline else ctypes.sizeof(ctypes.c_uint64)
    rules = _checked(libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0))
    try:
        for path, allowed in _rules(folders):
            _allow(rules, path, allowed & rights)
        unused = ctypes.c_ulong(0)
        _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), unused, unused, unused))
        _checked(libc.syscall(_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)
    return True


def _rules(folders: Folders) -> Iterator[tuple[str, int]]:
    """Yield paths with what is allowed at and below them."""
    everything = _FIRST_VERSION_RIGHTS | _REFER | _TRUNCATE
    yield "/", _READ_DIR
    hidden, frozen = frozenset(folders.get(HIDDEN, ())), frozenset(folders.get(FROZEN, ()))
    yield from _around("/", hidden, frozen, everything)
    yield from ((path, _READ) for path in folders.get(READABLE, ()))
    yield from ((path, everything) for path in folders.get(OPEN, ()))


def _around(
    here: str, hidden: Collection[str], frozen: Collection[str], allowed: int
) -> Iterator[tuple[str, int]]:
    """Yield the largest folders that hold nothing hidden or frozen, and the frozen ones."""
    if here in hidden:
        return
    if here in frozen:
        allowed, frozen = _READ, ()
    below = f"{here.rstrip('/')}/"
    if not any(one.startswith(below) for one in (*hidden, *frozen)):
        yield here, allowed
        return
    try:
        with os.scandir(here) as entries:
            # A link leads to what is met elsewhere; allowing it would open what it leads to.
            paths = [entry.path for entry in entries if not entry.is_symlink()]
    except OSError:  # what can't be listed is left out, and so stays closed
        return
    for path in paths:
        yield from _around(path, hidden, frozen, allowed)


def _allow(rules: int, path: str, rights: int) -> None:
    """Add a rule; what vanished or can't be opened needs none."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        rule = _PathBeneath(rights if is_folder else rights & _OF_FILES, handle)
        where = ctypes.byref(rule)
        if _libc().syscall(_ADD_RULE, rules, _RULE_PATH_BENEATH, where, 0):
            reason = ctypes.get_errno()
            # Files that lie in no folder (namespaces, pipes) take no rule.
            if reason not in {errno.EBADFD, errno.EINVAL}:
                raise OSError(reason, os.strerror(reason), path)
    finally:
        os.close(handle)


def _checked(result: int) -> int:
    if result < 0:
        reason = ctypes.get_errno()
        raise OSError(reason, f"Landlock: {os.strerror(reason)}")
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def main(arguments: Sequence[str]) -> None:
    """Confine this process, and become the program that is named."""
    end = arguments.index("--")
    words, program = arguments[:end], arguments[end + 1 :]
    kinds = {kind: [path for at, path in _pairs(words) if at == kind] for kind in KINDS}
    try:
        confine(kinds)
        os.execv(program[0], tuple(program))  # noqa: S606 - it takes this process's place
    except OSError as error:
        sys.stderr.write(f"{program[0]} was not started: {error}\n")
        sys.exit(_NOT_STARTED)


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)


if __name__ == "__main__":
    main(sys.argv[1:])
