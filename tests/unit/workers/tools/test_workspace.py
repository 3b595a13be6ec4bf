"""Nothing outside a workspace can be read or written."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.errors import ToolError
from workers.tools.workspace import Workspace


def code_of(action: Callable[..., object], *arguments: object) -> str:
    """Return the code with which an action is refused."""
    with pytest.raises(ToolError) as raised:
        action(*arguments)
    return raised.value.code


@pytest.mark.parametrize(
    "path",
    ["../outside/secret.txt", "a/../../outside/secret.txt", "/etc/passwd", "..", "//etc/passwd"],
)
def test_no_path_leads_out(workspace: Workspace, path: str) -> None:
    """Dots and absolute paths are refused before anything is opened."""
    assert code_of(workspace.read, path, 100) == "outside_workspace"
    assert code_of(workspace.write, path, b"x") == "outside_workspace"


@pytest.mark.parametrize("path", ["", ".", "a/..", "a\0b"])
def test_a_path_must_name_a_file(workspace: Workspace, path: str) -> None:
    """The root itself and paths with NUL are refused."""
    assert code_of(workspace.read, path, 100) == "bad_path"


def test_absolute_paths_inside_are_fine(workspace: Workspace) -> None:
    """The working directory that the model is shown may be used in paths."""
    workspace.write(f"{workspace.root}/a/b.txt", b"x")

    assert workspace.read("a/b.txt", 100) == b"x"
    assert workspace.read(f"{workspace.root}/a/../a/./b.txt", 100) == b"x"


def test_no_link_is_followed(workspace: Workspace) -> None:
    """Neither a link to a file nor one to a folder leads anywhere, for reading and writing."""
    outside = workspace.root.parent / "outside"
    (workspace.root / "file").symlink_to(outside / "secret.txt")
    (workspace.root / "folder").symlink_to(outside)

    assert code_of(workspace.read, "file", 100) == "is_a_link"
    assert code_of(workspace.write, "file", b"x") == "is_a_link"
    assert code_of(workspace.read, "folder/secret.txt", 100) == "not_a_folder"
    assert code_of(workspace.write, "folder/secret.txt", b"x") == "not_a_folder"
    assert (outside / "secret.txt").read_text() == "secret"


def test_a_folder_swapped_for_a_link_does_not_lead_out(workspace: Workspace) -> None:
    """Each step is opened without following links, so a swap in between changes nothing."""
    workspace.write("a/secret.txt", b"mine")
    (workspace.root / "a").rename(workspace.root / "b")
    (workspace.root / "a").symlink_to(workspace.root.parent / "outside")

    assert code_of(workspace.read, "a/secret.txt", 100) == "not_a_folder"


def test_only_plain_files_are_opened(workspace: Workspace) -> None:
    """A folder and a pipe without a writer are refused at once."""
    (workspace.root / "folder").mkdir()
    os.mkfifo(workspace.root / "pipe")

    assert code_of(workspace.read, "folder", 100) == "is_a_folder"
    assert code_of(workspace.write, "folder", b"x") == "is_a_folder"
    assert code_of(workspace.read, "pipe", 100) == "not_a_file"
    assert code_of(workspace.write, "pipe", b"x") == "not_a_file"


def test_a_missing_file_and_a_file_in_a_file_are_named(workspace: Workspace) -> None:
    """The model learns what is wrong with a path."""
    workspace.write("a", b"x")

    assert code_of(workspace.read, "missing", 100) == "not_found"
    assert code_of(workspace.read, "a/b", 100) == "not_a_folder"
    assert code_of(workspace.write, "x" * 300, b"") == "file_error"


def test_a_file_over_the_limit_is_refused(workspace: Workspace) -> None:
    """Reading is bounded."""
    workspace.write("a", b"12345")

    assert workspace.read("a", 5) == b"12345"
    assert code_of(workspace.read, "a", 4) == "too_large"


def test_writing_replaces_in_one_step_and_keeps_permissions(workspace: Workspace) -> None:
    """Who has the old file open still reads the old text; a script stays executable."""
    path = workspace.root / "run.sh"
    workspace.write("run.sh", b"old")
    path.chmod(0o750)
    with path.open("rb") as before:
        workspace.write("run.sh", b"new")

        assert before.read() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o750
    assert [entry.name for entry in workspace.root.iterdir()] == ["run.sh"]


def test_a_failed_write_leaves_nothing_behind(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses, the old file stays and no draft is left."""
    workspace.write("a", b"old")

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)

    assert code_of(workspace.write, "a", b"new") == "file_error"
    assert (workspace.root / "a").read_bytes() == b"old"
    assert [entry.name for entry in workspace.root.iterdir()] == ["a"]


@given(st.lists(st.sampled_from(["..", ".", "a", "link", "", "/", "~"]), max_size=8))
def test_random_paths_stay_inside(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    """Whatever a path is made of, it is written inside or not at all."""
    outer = tmp_path_factory.mktemp("outer")
    root = outer / "root"
    root.mkdir()
    (root / "link").symlink_to(outer)
    with contextlib.suppress(ToolError):
        Workspace(root).write("/".join(parts), b"x")

    assert [entry.name for entry in outer.iterdir()] == ["root"]


def test_no_handle_is_left_open(workspace: Workspace) -> None:
    """Neither success nor refusal leaves a file open."""
    workspace.write("a/b/c", b"x")
    before = len(list(Path("/proc/self/fd").iterdir()))
    workspace.read("a/b/c", 100)
    for path in ("a/b", "a/b/c/d", "missing/x"):
        code_of(workspace.read, path, 100)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_is_copied_out_whole_and_within_its_bound(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The copy has a life of its own."""
    workspace.write("a/b.txt", b"12345")
    copy = tmp_path / "copy"

    assert workspace.copy_out("a/b.txt", copy, 5) == 5
    workspace.write("a/b.txt", b"other")

    assert copy.read_bytes() == b"12345"
    assert code_of(workspace.copy_out, "a/b.txt", tmp_path / "second", 4) == "too_large"


def test_only_a_regular_file_inside_is_copied_out(workspace: Workspace, tmp_path: Path) -> None:
    """Neither links nor folders nor pipes nor what lies outside."""
    (workspace.root / "link").symlink_to(tmp_path / "outside" / "secret.txt")
    (workspace.root / "folder").mkdir()
    os.mkfifo(workspace.root / "pipe")

    refused = {
        path: code_of(workspace.copy_out, path, tmp_path / "copy", 100)
        for path in ("link", "folder", "pipe", "../outside/secret.txt", "missing")
    }

    assert refused == {
        "link": "is_a_link",
        "folder": "is_a_folder",
        "pipe": "not_a_file",
        "../outside/secret.txt": "outside_workspace",
        "missing": "not_found",
    }


def test_a_finished_file_is_moved_in(workspace: Workspace, tmp_path: Path) -> None:
    """Its folder is made, and what was there is replaced."""
    workspace.write("inbox/a.txt", b"old")
    draft = tmp_path / "draft"
    draft.write_bytes(b"new")

    workspace.take_in("inbox/a.txt", draft)

    assert workspace.read("inbox/a.txt", 100) == b"new"
    assert not draft.exists()


def test_nothing_is_moved_through_a_link(workspace: Workspace, tmp_path: Path) -> None:
    """The file stays where it was."""
    (workspace.root / "inbox").symlink_to(tmp_path / "outside")
    draft = tmp_path / "draft"
    draft.write_bytes(b"new")

    assert code_of(workspace.take_in, "inbox/a.txt", draft) == "not_a_folder"
    assert draft.exists()


def test_a_removed_file_may_be_removed_again(workspace: Workspace) -> None:
    """Only what cannot be removed is an error."""
    workspace.write("a.txt", b"x")
    workspace.remove("a.txt")
    workspace.remove("a.txt")

    assert code_of(workspace.read, "a.txt", 1) == "not_found"
    (workspace.root / "folder").mkdir()
    assert code_of(workspace.remove, "folder") == "file_error"
