"""A skill's files as one value: the hash, what is read, and what may be proposed."""

from pathlib import Path

import pytest

from skills.errors import SkillError
from skills.package import (
    MAX_PROPOSED_FILE_BYTES,
    MAX_PROPOSED_FILES,
    Package,
    PackageFile,
    proposal_mistakes,
    read_package,
)


def package(**texts: str) -> Package:
    """Return a package of files; `__` in a name stands for a slash, and every name gets `.py`."""
    return Package(
        files=tuple(
            PackageFile(path=f"{name.replace('__', '/')}.py", data=text.encode())
            for name, text in sorted(texts.items())
        )
    )


def test_the_hash_is_that_of_paths_and_contents() -> None:
    """A known value, so that no version changes it unseen; empty files and moved ends differ."""
    known = "bf03a952b0f3b0cff6507d69ec7498d3d3125a14a3bd9effc2cf0aba9f2a8876"

    assert package(a="x").digest == known
    assert (
        len({one.digest for one in (package(a="xy"), package(a="x", y=""), package(ax="y"))}) == 3
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """With folders, and without what Python leaves behind."""
    first = package(scripts__execute="1", scripts__deep__more="2")
    first.write(tmp_path / "skill")
    cache = tmp_path / "skill" / "scripts" / "__pycache__"
    cache.mkdir()
    (cache / "execute.pyc").write_bytes(b"\0")

    assert read_package(tmp_path / "skill") == first


def test_a_folder_that_is_a_link_holds_nothing(tmp_path: Path) -> None:
    """Whatever it points to was never looked at."""
    package(a="x").write(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert read_package(tmp_path / "link").files == ()


def test_a_link_inside_is_refused(tmp_path: Path) -> None:
    """Even one that leads nowhere."""
    package(a="x").write(tmp_path / "skill")
    (tmp_path / "skill" / "b").symlink_to("/nowhere")

    with pytest.raises(SkillError, match="'b' is a link"):
        read_package(tmp_path / "skill")


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("scripts/execute.py", b"x = (", "does not compile"),
        ("scripts/.hidden", b"", "not hidden"),
        ("scripts/a/b/c/d.py", b"", "not deep"),
        ("scripts/a b.py", b"", "names are letters"),
        ("evil.py", b"", "nothing else"),
        ("references/a.md", b"\xff", "not UTF-8"),
        ("references/a.md", b"\0", "can't be seen"),
        ("scripts/a.py", "x = 'a\u202e'".encode(), "can't be seen"),
        ("assets/a.txt", b"x" * (MAX_PROPOSED_FILE_BYTES + 1), "a file holds at most"),
    ],
)
def test_a_proposal_holds_readable_files_in_their_places(
    path: str, data: bytes, words: str
) -> None:
    """The sentence names the file."""
    mistakes = list(proposal_mistakes(Package(files=(PackageFile(path=path, data=data),))))

    assert any(path in mistake and words in mistake for mistake in mistakes)


def test_a_proposal_is_small() -> None:
    """Few files, and not many bytes together."""
    many = package(**{f"scripts__m{number}": "" for number in range(MAX_PROPOSED_FILES + 1)})
    large = package(**{f"scripts__m{n}": "#" * MAX_PROPOSED_FILE_BYTES for n in range(9)})

    assert any("files, at most" in one for one in proposal_mistakes(many))
    assert any("bytes together" in one for one in proposal_mistakes(large))
    assert list(proposal_mistakes(package(scripts__execute="x = 1"))) == []
