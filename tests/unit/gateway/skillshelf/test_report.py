"""What differs between two versions."""

from gateway.skillshelf.report import ChangeKind, compare
from skills.package import Package, PackageFile


def package(**texts: str) -> Package:
    """Return a package of files without endings."""
    return Package(
        files=tuple(PackageFile(path=path, data=text.encode()) for path, text in texts.items())
    )


def test_files_that_differ_are_named_with_their_lines() -> None:
    """What stayed as it was is left out."""
    before = package(same="x\n", old="1\n2\n", edited="a\nb\nc\n")
    after = package(same="x\n", new="1\n", edited="a\nB\nc\nd\n")

    changes, diff = compare(before, after)

    assert [(one.path, one.kind, one.lines_added, one.lines_removed) for one in changes] == [
        ("edited", ChangeKind.CHANGED, 2, 1),
        ("new", ChangeKind.ADDED, 1, 0),
        ("old", ChangeKind.REMOVED, 0, 2),
    ]
    assert "--- /dev/null\n+++ new\n" in diff
    assert "-b\n+B\n" in diff


def test_a_new_skill_is_all_new() -> None:
    """Lines that look like a diff's own head are counted as lines."""
    changes, _ = compare(None, package(a="++ x\n-- y\n"))

    assert [(one.lines_added, one.lines_removed) for one in changes] == [(2, 0)]
