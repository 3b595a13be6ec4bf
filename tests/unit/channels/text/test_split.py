"""How long texts are divided."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.text.split import NOTHING, split_markdown

LIMIT = 60

words = st.text("abcdefg你好😀 ", min_size=1, max_size=30).map(str.strip).filter(bool)
paragraphs = st.lists(words, min_size=1, max_size=12).map(" ".join)
constructs = st.sampled_from(
    ["**bold words**", "`code span`", "[a link](https://e.org/x)", "*it*", "~~gone~~"]
)
rich_paragraphs = st.lists(words | constructs, min_size=1, max_size=12).map(" ".join)
fences = st.tuples(
    st.sampled_from(["", "py", "js"]), st.lists(st.text("xyz= ", max_size=20), max_size=12)
).map(lambda fence: "\n".join([f"```{fence[0]}", *fence[1], "```"]))
lists = st.lists(words, min_size=1, max_size=6).map(lambda items: "- " + "\n- ".join(items))
documents = st.lists(rich_paragraphs | fences | lists, max_size=6).map("\n\n".join)


def fits(text: str) -> bool:
    """Tell whether a text is short enough for the tests' platform."""
    return len(text) <= LIMIT


def visible(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())


def without_fences(text: str) -> str:
    """Return the visible characters of a text without the lines that open or close code."""
    return visible(re.sub(r"^```.*$", "", text, flags=re.MULTILINE))


def is_balanced(part: str) -> bool:
    """Tell whether each code fence of a part is closed in it."""
    return sum(line.startswith("```") for line in part.splitlines()) % 2 == 0


@given(paragraphs | documents | st.text(max_size=400))
def test_every_part_fits(text: str) -> None:
    """Whatever the text, each part is within the limit, and there is one."""
    parts = split_markdown(text, fits)
    assert parts
    assert all(fits(part) for part in parts)


@given(documents)
def test_nothing_is_lost_and_fences_are_balanced(text: str) -> None:
    """All parts together hold the text, in order; code is closed and opened again."""
    parts = split_markdown(text, fits)
    assert "".join(map(without_fences, parts)) == without_fences(text) or parts == (NOTHING,)
    assert all(map(is_balanced, parts))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_no_character_of_any_text_is_lost(text: str) -> None:
    """Each visible character of the text comes again, in order, among what is added."""
    rest = iter("".join(split_markdown(text, fits)))
    # A quote's marks go where its code is cut; NUL can't be stored.
    kept = visible(text).replace(">", "").replace("\x00", "\ufffd")
    assert all(character in rest for character in kept)


@pytest.mark.parametrize("text", ["", "  \n\n", "\n"])
def test_a_blank_text_gives_one_part(text: str) -> None:
    """There is always something to show."""
    assert split_markdown(text, fits) == (NOTHING,)


def test_a_short_text_stays_as_it_is() -> None:
    """What fits is one part, with its markup."""
    assert split_markdown("**short**\n\n- a\n- b", fits) == ("**short**\n\n- a\n- b",)


def test_paragraphs_are_cut_apart_first() -> None:
    """Where paragraphs fill the parts well, nothing within them is cut."""
    first, second = "One sentence. Another one here.", "Two sentences. The last one here."
    assert split_markdown(f"{first}\n\n{second}", fits) == (first, second)


def test_sentences_are_cut_before_words() -> None:
    """A paragraph that does not fit is cut after a sentence."""
    text = "This is the first sentence of it. And this one is the second. Third."
    assert split_markdown(text, fits)[0] == "This is the first sentence of it."


def test_chinese_sentences_are_cut_without_spaces() -> None:
    """A full stop of Chinese ends a sentence although no space follows."""
    text = "这是第一句话，" * 5 + "到此结束。" + "这是第二句话" * 6
    assert split_markdown(text, fits)[0].endswith("。")


def test_code_is_closed_and_opened_with_its_language() -> None:
    """Each part of a cut code block is a code block of the same language."""
    code = "".join(f"line_{number} = {number}\n" for number in range(12))
    parts = split_markdown(f"```python\n{code}```", fits)
    assert len(parts) > 2
    assert all(part.startswith("```python\nline_") and part.endswith("\n```") for part in parts)


@pytest.mark.parametrize("text", ["```sh\n{}\n```", "    {}", "| a |\n|---|\n| {} |"])
def test_code_and_tables_are_shown_as_they_are(text: str) -> None:
    """No mark is escaped where a heading cannot end, for the escape would be seen in code."""
    parts = split_markdown(text.format("# # " * 60), fits)
    assert len(parts) > 1
    assert "\\" not in "".join(parts)


def test_code_in_a_list_keeps_its_fences() -> None:
    """Code under a list item, indented by its container, is cut like any other."""
    text = "- step\n\n      not code\n\n  ```sh\n" + "  run --now\n" * 10 + "  ```\n- next"
    parts = split_markdown(text, fits)
    assert parts[1].startswith("```sh\nrun --now\n")
    assert parts[-1].endswith("```\n- next")


def test_a_table_repeats_its_header() -> None:
    """Each part of a cut table is a table."""
    header = "| day | sum |\n|---|---|\n"
    parts = split_markdown(header + "| monday | 17 |\n" * 6, fits)
    assert len(parts) > 1
    assert all(part.startswith(header) for part in parts)


@pytest.mark.parametrize(
    "construct",
    ["[a link](https://example.org/path)", "`inline code here`", "**words in bold here**"],
)
def test_constructs_stay_whole(construct: str) -> None:
    """A cut falls before a link, inline code or emphasis that does not fit any more."""
    parts = split_markdown(f"These are some words before it: {construct} and after", fits)
    assert any(construct in part for part in parts)


def test_a_heading_stays_with_its_text() -> None:
    """No part ends with a heading."""
    text = "Some words that come before it here.\n\n## Title\n\nThe text that belongs to it."
    parts = split_markdown(text, fits)
    assert parts[1].startswith("## Title\n\nThe text")


def test_joined_emoji_stay_whole() -> None:
    """A family of joined emoji is one character to its reader."""
    family = "👨‍👩‍👧‍👦"
    parts = split_markdown(family * 20, fits)
    assert all(part == family * (len(part) // len(family)) for part in parts)


def test_the_work_grows_with_the_length() -> None:
    """A text ten times as long asks about ten times as many candidates, each of a part's size."""
    asked: list[int] = []

    def counted(text: str) -> bool:
        asked.append(len(text))
        return len(text) <= 4_000

    split_markdown("Some words of a sentence. " * 40_000, counted)
    assert len(asked) < 260 * 20
    assert max(asked) < 20_000


@pytest.mark.parametrize("text", ["[note] hello", "#tag", "1.5 l of milk", "-5 °C"])
def test_text_that_need_not_be_divided_stays_as_it_is(text: str) -> None:
    """What looks like the beginning of a block is none where it stands."""
    assert split_markdown(text, lambda _: True) == (text,)


def test_item_after_a_divided_one_stays_an_item() -> None:
    """Only a few items may follow a paragraph at once, which the rest of an item becomes."""
    text = f"7. {'aa ' * 15}aa\n8. ```\n   `x`\n   ```"

    *_, last = split_markdown(text, lambda part: len(part) <= 40)

    assert last.endswith("\n\n8. ```\n   `x`\n   ```")


def test_item_after_a_divided_table_keeps_its_lines() -> None:
    """They are no longer indented for the item that the table was in, but still for their own."""
    text = "- | a | b |\n  |---|---|\n  | 1 | 2 |\n  | 3 | 4 |\n- ```\n  >\n  ```"

    *_, last = split_markdown(text, lambda part: len(part) <= 48)

    assert last.endswith("- ```\n  >\n  ```")
