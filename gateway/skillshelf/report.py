"""What an administrator must know of a proposed skill, in a form that is stored."""

import difflib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from skills.package import Package
from skills.skill import Skill

MAX_DIFF_CHARACTERS: Final = 20_000
MEBIBYTE: Final = 1024 * 1024


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Capabilities(_Stored):
    """What a skill may do, by its own declaration; without `hosts` any public one."""

    is_guidance: bool
    effect: str
    has_network: bool
    hosts: tuple[str, ...] | None
    addresses: tuple[str, ...]
    has_files: bool
    settings: tuple[str, ...]
    secrets: tuple[str, ...]
    is_signal: bool
    timeout_s: int
    memory_mb: int


class ChangeKind(StrEnum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class FileChange(_Stored):
    """A file that differs from the present version, with how many lines came and went."""

    path: str
    kind: ChangeKind
    lines_added: int
    lines_removed: int


class Trial(_Stored):
    """A run with one of the samples; `said` is the beginning of the answer."""

    arguments: str
    said: str


class ProposalReport(_Stored):
    """All of it; without `before` there is no such skill yet.

    `untried` says why a program was not run, empty if it was.
    """

    description: str
    capabilities: Capabilities
    before: Capabilities | None
    changes: tuple[FileChange, ...]
    trials: tuple[Trial, ...]
    untried: str


def capabilities_of(skill: Skill) -> Capabilities:
    """Return what a skill declares."""
    return Capabilities(
        is_guidance=skill.is_guidance,
        effect=skill.effect,
        has_network=skill.has_network,
        hosts=skill.hosts,
        addresses=tuple(one.name for one in skill.settings if one.is_address),
        has_files=skill.has_files,
        settings=tuple(one.name for one in skill.settings if not one.is_secret),
        secrets=tuple(one.name for one in skill.settings if one.is_secret),
        is_signal=skill.is_signal,
        timeout_s=int(skill.timeout.total_seconds()),
        memory_mb=skill.memory_bytes // MEBIBYTE,
    )


def compare(before: Package | None, after: Package) -> tuple[tuple[FileChange, ...], str]:
    """Return which files differ, and how as the beginning of a unified diff. May take a moment."""
    old, new = _texts(before), _texts(after)
    changes: list[FileChange] = []
    pieces: list[str] = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) == new.get(path):
            continue
        lines = list(_diff(path, old.get(path), new.get(path)))
        changes.append(
            FileChange(
                path=path,
                kind=_kind(path, old, new),
                lines_added=sum(line.startswith("+") for line in lines[2:]),
                lines_removed=sum(line.startswith("-") for line in lines[2:]),
            )
        )
        pieces += lines
    return tuple(changes), "\n".join(pieces)[:MAX_DIFF_CHARACTERS]


def _kind(path: str, old: Mapping[str, str], new: Mapping[str, str]) -> ChangeKind:
    if path not in old:
        return ChangeKind.ADDED
    return ChangeKind.CHANGED if path in new else ChangeKind.REMOVED


def _diff(path: str, old: str | None, new: str | None) -> Iterator[str]:
    before = "/dev/null" if old is None else path
    after = "/dev/null" if new is None else path
    return difflib.unified_diff(
        (old or "").splitlines(), (new or "").splitlines(), before, after, lineterm="", n=1
    )


def _texts(package: Package | None) -> dict[str, str]:
    """Return the files as texts; what is none is shown as far as it can be."""
    files = () if package is None else package.files
    return {file.path: file.data.decode(errors="replace") for file in files}
