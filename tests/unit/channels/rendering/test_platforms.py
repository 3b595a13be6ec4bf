"""What holds on every platform: nothing is lost, nothing is refused, every part fits."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from channels.text.split import split_markdown
from tests.doubles.markup import seen, seen_of_markdown
from tests.unit.channels.rendering.kits import RenderKit, kits
from tests.unit.channels.rendering.texts import documents, soups

SMALL = 250  # so that short examples are divided, too
WITHOUT_MARKS = str.maketrans("", "", "*_~`")

SPECIFICATION: list[str] = json.loads(
    (Path(__file__).parents[3] / "payloads/commonmark/spec.json").read_text(encoding="utf-8")
)

pytestmark = pytest.mark.parametrize("kit", kits().values(), ids=kits())


@settings(max_examples=1_700, deadline=None)
@given(text=soups)
def test_any_text_is_shown_whole(kit: RenderKit, text: str) -> None:
    """Whatever the text, it is shown, and all of it but marks: among so many, some are in pairs."""
    shown, wanted = seen(kit.show(text if text.strip() else ".")), seen_of_markdown(text)
    assert kit.holds(shown.translate(WITHOUT_MARKS), wanted.translate(WITHOUT_MARKS))


@settings(max_examples=200, deadline=None)
@given(text=documents)
def test_a_document_is_shown_whole(kit: RenderKit, text: str) -> None:
    """Whatever the markup, the platform takes it, and shows each character of the text."""
    assert kit.holds(seen(kit.show(text)), seen_of_markdown(text))


@settings(max_examples=100, deadline=None)
@given(text=documents)
def test_the_parts_show_the_whole(kit: RenderKit, text: str) -> None:
    """All parts fit, each is taken by the platform by itself, and together they show all."""
    parts = split_markdown(text, lambda part: kit.size(part) <= SMALL)
    assert all(kit.size(part) <= SMALL for part in parts)
    assert kit.holds(seen("".join(map(kit.show, parts))), seen_of_markdown(text))


def test_the_examples_of_the_specification_are_shown(kit: RenderKit) -> None:
    """Every example of CommonMark's own text is taken, and shown whole."""
    for example in SPECIFICATION:
        shown = seen(kit.show(example)) if seen_of_markdown(example) else ""
        assert kit.holds(shown, seen_of_markdown(example)), example


@pytest.mark.parametrize("unit", ["😀", "**a** ", "word ", "> q\n", "`&` ", "- item\n", "|a|\n"])
def test_long_texts_fit_in_parts(kit: RenderKit, unit: str) -> None:
    """The channel's own division keeps the platform's own limit."""
    for part in kit.split(unit * 900):
        assert kit.show(part)
        assert kit.size(part) <= kit.limit


@pytest.mark.parametrize("text", ["> " * 900 + "a", "- " * 900 + "a", "[" * 900, "*a **b " * 999])
def test_hostile_nesting_is_shown(kit: RenderKit, text: str) -> None:
    """Depth ends no process and takes nothing away."""
    assert kit.holds(seen(kit.show(text[:1_500])), seen_of_markdown(text[:1_500]))
