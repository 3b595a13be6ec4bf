"""The souls found in folders of Markdown files, kept up to date while files change."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from souls.errors import SoulError
from souls.soul import Soul, parse_soul

PACKAGED_SOULS = Path(__file__).parent
MAX_FILE_BYTES = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What one file gave: its last good soul, and the mistake it has now, if any."""

    stamp: tuple[int, int] | None  # mtime in nanoseconds, size in bytes; None: no stat
    soul: Soul | None
    problem: str = ""


class SoulCatalog:
    """The souls of some folders; of two with the same name, the one in the later folder holds.

    Each question looks at the files first (a `stat` each), so that an edit holds from the next run
    on without a restart. A file that gets a mistake keeps its last good soul and is named in
    `problems`.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._readings: dict[str, _Reading] = {}  # by path

    def get(self, name: str) -> Soul | None:
        """Return the soul of that name, None if there is none."""
        return self._souls().get(name)

    def all(self) -> tuple[Soul, ...]:
        """Return all souls, by name."""
        return tuple(soul for _, soul in sorted(self._souls().items()))

    def problems(self) -> Mapping[Path, str]:
        """Return what is wrong, a sentence for each file that has a mistake."""
        self.refresh()
        return {Path(path): it.problem for path, it in self._readings.items() if it.problem}

    def refresh(self) -> None:
        """Read the files that changed since the last look; forget those that are gone."""
        paths = [path for folder in self._folders for path in _souls_in(folder)]
        self._readings = {path: self._look(path) for path in paths}

    def _souls(self) -> dict[str, Soul]:
        self.refresh()
        return {it.soul.name: it.soul for it in self._readings.values() if it.soul is not None}

    def _look(self, path: str) -> _Reading:
        """Return what is known of a file, reading it only if it changed."""
        before = self._readings.get(path)
        stamp = _stamp(path)
        if before is not None and before.stamp == stamp:
            return before
        try:
            return _Reading(stamp=stamp, soul=_read(Path(path)))
        except (SoulError, OSError, UnicodeDecodeError) as error:
            last_good = before.soul if before else None
            # An error of the system names the path once more, which whoever tells it has said.
            problem = error.strerror if isinstance(error, OSError) else None
            return _Reading(stamp=stamp, soul=last_good, problem=problem or str(error))


def _souls_in(folder: Path) -> list[str]:
    """Return the paths of a folder's Markdown files, none where it is missing.

    Runs before each task; as texts they take a third of the time that `Path` objects do.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.name.endswith(".md"))
    except OSError:
        return []


def _stamp(path: str) -> tuple[int, int] | None:
    """Return what changes with the file's content; None where reading it will say what is wrong."""
    try:
        status = os.stat(path)  # noqa: PTH116 - see `_souls_in`
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(path: Path) -> Soul:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise SoulError(f"the file exceeds {MAX_FILE_BYTES} bytes")
    return parse_soul(path.read_text(encoding="utf-8"))
