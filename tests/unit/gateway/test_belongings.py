"""What skills keep follows a person."""

from pathlib import Path

from gateway.belongings import carry_over, state_folder


def keep(data_dir: Path, user: str, skill: str, text: str) -> None:
    """Let a skill keep something for a person."""
    folder = state_folder(data_dir, user) / skill
    folder.mkdir(parents=True)
    (folder / "kept").write_text(text)


def kept(data_dir: Path) -> dict[str, str]:
    """Return what is kept, by place; where two had the same skill, without the name in between."""
    found = (data_dir / "skill-state").rglob("kept")
    texts = {file.parent.relative_to(data_dir / "skill-state"): file.read_text() for file in found}
    return {
        (str(place.parent) if "joined" in place.parts else str(place)): text
        for place, text in texts.items()
    }


def test_what_one_had_alone_moves(tmp_path: Path) -> None:
    """Also by way of somebody who has become another one since."""
    keep(tmp_path, "a", "notes", "of a")
    keep(tmp_path, "b", "stocks", "of b")

    carry_over(tmp_path, {"a": "b", "b": "c"})

    assert kept(tmp_path) == {"c/notes": "of a", "c/stocks": "of b"}


def test_what_both_had_is_laid_beside(tmp_path: Path) -> None:
    """For the skill, which knows how to take it in; nothing is written over."""
    keep(tmp_path, "a", "notes", "of a")
    keep(tmp_path, "b", "notes", "of b")

    carry_over(tmp_path, {"a": "b"})

    assert kept(tmp_path) == {"b/notes": "of b", "b/notes/joined": "of a"}


def test_it_may_be_repeated(tmp_path: Path) -> None:
    """What a task that still ran wrote under the old id follows, too."""
    for text in ("first", "second"):
        keep(tmp_path, "a", text, text)
        carry_over(tmp_path, {"a": "b"})
        carry_over(tmp_path, {"a": "b"})

    assert kept(tmp_path) == {"b/first": "first", "b/second": "second"}
