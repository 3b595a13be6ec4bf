"""Checks of the machine: versions, the data directory and its disk, and who holds it."""

import os
import shutil
import sys
from pathlib import Path

from gateway.cli.checks.finding import Finding, fail, ok, warn
from gateway.store.sqlite import LEAST_VERSION, version
from skills.confinement import is_enforced

LEAST_FREE_BYTES = 200 * 1024 * 1024
MOUNTS = Path("/proc/mounts")
# SQLite's write-ahead log needs memory that all processes share: https://www.sqlite.org/wal.html
_NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.glusterfs",
        "fuse.s3fs",
        "fuse.sshfs",
        "lustre",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    }
)


def check_versions() -> list[Finding]:
    """Name the versions of Python and SQLite."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    findings = [ok("python", python)]
    sqlite = ".".join(str(part) for part in version())
    if version() < LEAST_VERSION:
        least = ".".join(str(part) for part in LEAST_VERSION)
        findings.append(fail("sqlite", sqlite, f"use a Python that comes with {least} or newer"))
    else:
        findings.append(ok("sqlite", sqlite))
    return findings


def check_data_dir(path: Path, mounts: Path = MOUNTS) -> list[Finding]:
    """See whether the data directory can be used, and whether its disk is fit for it."""
    name = "data directory"
    existing = next(one for one in (path, *path.parents) if one.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        advice = "make it writable for this user, or name another one with CREWDESK_DATA_DIR"
        return [fail(name, f"{existing} cannot be written", advice)]
    state = (
        f"{path} can be written" if existing == path else f"{path} will be made by `crewdesk up`"
    )
    return [ok(name, state), _disk(existing), *_file_system(existing, mounts)]


def check_confinement() -> Finding:
    """See whether this system can keep what agents run out of the gateway's own files."""
    name = "confinement"
    if is_enforced():
        return ok(name, "bash and skills are kept out of the data directory")
    advice = (
        "let only people use the bot whom you would let into a shell, and set "
        "CREWDESK_SKILLS__APPROVED_ONLY=true; or use Linux 5.13 or newer"
    )
    return warn(name, "this system has no Landlock: bash and skills can reach every file", advice)


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    found = f"{free // 1024**2:,} MiB free"
    if free < LEAST_FREE_BYTES:
        return fail("disk", found, f"free at least {LEAST_FREE_BYTES // 1024**2} MiB")
    return ok("disk", found)


def _file_system(path: Path, mounts: Path) -> list[Finding]:
    kind = file_system(path.resolve(), mounts)
    if kind in _NETWORK_FILE_SYSTEMS:
        advice = "SQLite can lose data there: use a local disk, or PostgreSQL"
        return [fail("file system", f"{kind}, over a network", advice)]
    return [ok("file system", kind)] if kind else []


def file_system(path: Path, mounts: Path) -> str:
    """Return the type of the file system that holds a path; empty where the system won't tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no Linux
        return ""
    kinds = {Path(_unescaped(fields[1])): fields[2] for fields in map(str.split, lines)}
    return next((kinds[one] for one in (path, *path.parents) if one in kinds), "")


def _unescaped(mount_point: str) -> str:
    # The kernel writes white space and backslashes in octal: https://man7.org/linux/man-pages/man5/fstab.5.html
    return mount_point.encode("latin-1", "replace").decode("unicode_escape")
