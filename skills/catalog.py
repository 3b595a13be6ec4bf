"""The skills found in folders, kept up to date while their files change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from skills.errors import SkillError
from skills.skill import Skill, parse_skill

PACKAGED_SKILLS = Path(__file__).parent
MAX_FILE_BYTES = 262_144
NOT_APPROVED = "no administrator has approved it, so it is not used"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What one `SKILL.md` gave: its last good skill, and the mistake it has now, if any."""

    stamp: tuple[int, int] | None  # mtime in nanoseconds, size in bytes; None: no stat
    skill: Skill | None
    problem: str = ""


class SkillCatalog:
    """The skills of some folders; of two with the same name, the one in the later folder holds.

    Each question looks at the files first (a `stat` each), so that an edit holds from the next run
    on without a restart. A file that gets a mistake keeps its last good skill and is named in
    `problems`. In the folders of `guarded` only pinned skills count.
    """

    def __init__(self, folders: Sequence[Path], *, guarded: Collection[Path] = ()) -> None:
        self._folders = tuple(folders)
        self._guarded = frozenset(guarded)
        self._readings: dict[Path, _Reading] = {}
        self._pins: Mapping[str, str] = {}

    def pin(self, pins: Mapping[str, str]) -> None:
        """Bind skills, by name, to the hash that their files must have to be run."""
        self._pins = dict(pins)

    def get(self, name: str) -> Skill | None:
        """Return the skill of that name, None if there is none."""
        return self._skills().get(name)

    def all(self) -> tuple[Skill, ...]:
        """Return all skills, by name."""
        return tuple(skill for _, skill in sorted(self._skills().items()))

    def problems(self) -> Mapping[Path, str]:
        """Return what is wrong, a sentence for each file that has a mistake."""
        self.refresh()
        unapproved = {
            path: NOT_APPROVED
            for path, it in self._readings.items()
            if it.skill is not None and not self._counts(it.skill)
        }
        return unapproved | {path: it.problem for path, it in self._readings.items() if it.problem}

    def refresh(self) -> None:
        """Read the files that changed since the last look; forget those that are gone."""
        paths = [path for folder in self._folders for path in sorted(folder.glob("*/SKILL.md"))]
        self._readings = {path: self._look(path) for path in paths}

    def _skills(self) -> dict[str, Skill]:
        self.refresh()
        skills = (it.skill for it in self._readings.values() if it.skill is not None)
        found = {skill.name: skill for skill in skills if self._counts(skill)}
        bound = {
            name: replace(found[name], pin=self._pins[name])
            for name in self._pins.keys() & found.keys()
        }
        return found | bound

    def _counts(self, skill: Skill) -> bool:
        return skill.folder.parent not in self._guarded or skill.name in self._pins

    def _look(self, path: Path) -> _Reading:
        """Return what is known of a file, reading it only if it changed."""
        before = self._readings.get(path)
        stamp = _stamp(path)
        if before is not None and before.stamp == stamp:
            return before
        try:
            return _Reading(stamp=stamp, skill=_read(path))
        except (SkillError, OSError, UnicodeDecodeError) as error:
            last_good = before.skill if before else None
            # An error of the system names the path once more, which whoever tells it has said.
            problem = error.strerror if isinstance(error, OSError) else None
            return _Reading(stamp=stamp, skill=last_good, problem=problem or str(error))


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes with the file's content; None where reading it will say what is wrong."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(path: Path) -> Skill:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise SkillError(f"the file exceeds {MAX_FILE_BYTES} bytes")
    return parse_skill(path.read_text(encoding="utf-8"), path.parent)
