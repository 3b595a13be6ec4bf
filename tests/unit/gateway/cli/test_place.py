"""The doctor's look at the data directory."""

from pathlib import Path

import pytest

from gateway.cli.checks.finding import Level
from gateway.cli.checks.place import check_data_dir, check_versions, file_system


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    """Write a table of mounted file systems as Linux shows it."""
    table = tmp_path / "mounts"
    table.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/share {tmp_path}/far nfs4 rw 0 0\n"
        f"/dev/sdb1 {tmp_path}/a\\040b xfs rw 0 0\n"
    )
    return table


def test_directory_that_can_be_written_is_fine(tmp_path: Path, mounts: Path) -> None:
    """Its disk and file system are named."""
    findings = check_data_dir(tmp_path, mounts)

    assert [one.level for one in findings] == [Level.OK] * 3
    assert findings[2].line.text == "ok    file system: ext4"


def test_directory_that_is_not_there_will_be_made(tmp_path: Path, mounts: Path) -> None:
    """Nothing is made by looking."""
    findings = check_data_dir(tmp_path / "new" / "data", mounts)

    assert findings[0].found == f"{tmp_path}/new/data will be made by `crewdesk up`"
    assert not (tmp_path / "new").exists()


def test_path_below_a_file_cannot_be_written(tmp_path: Path, mounts: Path) -> None:
    """There is no directory to be made."""
    (tmp_path / "file").touch()

    (finding,) = check_data_dir(tmp_path / "file" / "data", mounts)

    assert finding.line.text.startswith(f"fail  data directory: {tmp_path}/file cannot be written;")


def test_network_file_system_is_refused(tmp_path: Path, mounts: Path) -> None:
    """SQLite's log in shared memory does not work across machines."""
    (tmp_path / "far").mkdir()

    finding = check_data_dir(tmp_path / "far" / "data", mounts)[-1]

    assert (finding.level, finding.found) == (Level.FAIL, "nfs4, over a network")


def test_file_system_is_that_of_the_nearest_mount(tmp_path: Path, mounts: Path) -> None:
    """Blanks in a mount point are written in octal; a system without the table tells nothing."""
    assert file_system(tmp_path / "a b" / "c", mounts) == "xfs"
    assert file_system(tmp_path / "a", mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "no-such-table") == ""


def test_versions_are_named() -> None:
    """A bug report needs them."""
    assert [one.name for one in check_versions()] == ["python", "sqlite"]
