"""What holds on every platform: nothing is lost, nothing is refused, every part fits."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from channels.text.split import split_markdown
from tests.doubles.markup import addresses, seen, seen_of_markdown
from tests.unit.channels.rendering.kits import RenderKit, kits
from tests.unit.channels.rendering.texts import documents, soups

SMALL = 250  # so that short examples are divided, too
MARKS = "*_~`"  # of styles and code, in all the platforms' markups

SPECIFICATION: list[str] = json.loads(
    (Path(__file__).parents[3] / "payloads/commonmark/spec.json").read_text(encoding="utf-8")
)

pytestmark = pytest.mark.parametrize("kit", kits().values(), ids=kits())


@settings(max_examples=1_700, deadline=None)
@given(text=soups)
@example(text="*-*")
@example(text="*`1`*`1`")
@example(text="***both****。**“重点”***")
@example(text="<div>\nhtml\n</div>__1__")
def test_any_text_is_shown_whole(kit: RenderKit, text: str) -> None:
    """Whatever the text, it is shown, and all of it, literal marks included."""
    check_shown_whole(kit, text)


@settings(max_examples=200, deadline=None)
@given(text=documents)
def test_a_document_is_shown_whole(kit: RenderKit, text: str) -> None:
    """Whatever the markup, the platform takes it, and shows each character of the text."""
    check_shown_whole(kit, text)


def check_shown_whole(kit: RenderKit, text: str) -> None:
    """Hold what a reader of the platform sees to what a reader of CommonMark sees.

    Every character is there, in order; and of marks there are those of the text, and no more: one
    more was meant to be markup and was not taken for it.
    """
    wanted = seen_of_markdown(text)
    shown = seen(kit.show(text if text.strip() else "."))
    assert kit.holds(text, shown, wanted)
    has_marked_address = any(mark in url for mark in MARKS for url in addresses(text))
    if wanted and not has_marked_address:  # else it is shown as it is written, or an address is
        assert marks(shown, but=kit.leaked) == marks(wanted, but=kit.leaked)


def marks(text: str, *, but: str) -> list[str]:
    """Return the marks of a text, in order."""
    return [character for character in text if character in MARKS and character not in but]


@settings(max_examples=100, deadline=None)
@given(text=documents)
def test_the_parts_show_the_whole(kit: RenderKit, text: str) -> None:
    """All parts fit, each is taken by the platform by itself, and together they show all."""
    check_parts_show_the_whole(kit, text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## " + "words # " * 60, id="heading"),
        pytest.param("<!channel> " + "words " * 40 + "`b` *c* [d](https://e.org)" * 3, id="html"),
        pytest.param("-   ---\n    -   " + "words " * 60 + "`b`", id="indented-code"),
        pytest.param(
            "-   a a a a aa。。。。。 aaaaééé。。\n"
            "-   ## a a a a a 。。。 aa。😀 aaaaaa。😀 aaaaé。。。。 aaaaé。。。😀 "
            "👨\u200d👩\u200d👧\u200d👦 [**b** `c`](https://e.org)\n\n"
            "-   ````\n    >\n    ````",
            id="mark-in-fence",
        ),
        *(
            pytest.param(
                f"-   {'b ' * words}\n-   | a | a |\n    |:--|--:|\n    | a | {'c ' * 20} |\n"
                "    | a | a |\n\n[ref]: https://e.org\n\n[ref]: https://e.org",
                id=f"table-after-{words}",
            )
            for words in (40, 80, 88)
        ),
    ],
)
def test_a_cut_takes_no_mark_for_markup(kit: RenderKit, text: str) -> None:
    """Marks of the text stay text where a cut sets them at the end or the beginning of a part."""
    check_parts_show_the_whole(kit, text)


def check_parts_show_the_whole(kit: RenderKit, text: str) -> None:
    """Divide a text into small parts, and look at each."""
    parts = split_markdown(text, lambda part: kit.size(part) <= SMALL)
    assert all(kit.size(part) <= SMALL for part in parts)
    assert kit.holds(text, seen("".join(map(kit.show, parts))), seen_of_markdown(text))


def test_the_examples_of_the_specification_are_shown(kit: RenderKit) -> None:
    """Every example of CommonMark's own text is taken, and shown whole."""
    for text in SPECIFICATION:
        shown = seen(kit.show(text)) if seen_of_markdown(text) else ""
        assert kit.holds(text, shown, seen_of_markdown(text)), text


@pytest.mark.parametrize("unit", ["😀", "**a** ", "word ", "> q\n", "`&` ", "- item\n", "|a|\n"])
def test_long_texts_fit_in_parts(kit: RenderKit, unit: str) -> None:
    """The channel's own division keeps the platform's own limit."""
    for part in kit.split(unit * 900):
        assert kit.show(part)
        assert kit.size(part) <= kit.limit


@pytest.mark.parametrize("text", ["> " * 900 + "a", "- " * 900 + "a", "[" * 900, "*a **b " * 999])
def test_hostile_nesting_is_shown(kit: RenderKit, text: str) -> None:
    """Depth ends no process and takes nothing away."""
    text = text[:1_500]
    assert kit.holds(text, seen(kit.show(text)), seen_of_markdown(text))
