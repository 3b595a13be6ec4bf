"""CommonMark that is hard to show: what models write, and what nobody would."""

from collections.abc import Sequence

from hypothesis import strategies as st

_LETTERS = st.text("abxyz你好，。😀é", min_size=1, max_size=9)
_NASTY = st.sampled_from(
    (
        *(
            "👨‍👩‍👧‍👦",
            "שלום עולם",
            "vector<int>",
            "<b>",
            "<!channel>",
            "@all",
            "\ud83d",
            "&amp;",
            "AT&T",
        ),
        *("-", "1.", "#", "*", "+", ">", "===", "!", "||", "\\", r"\*", "2 * 3", "a_b_c", "$5"),
        *("https://e.org/a_b", "[1]", "(x)", "~/x", "long" * 40, "长" * 60),
    )
)
_WORDS = _LETTERS | _LETTERS | _NASTY
_CONSTRUCTS = st.sampled_from(
    (
        *("`code`", "``a`b``", "[link](https://e.org/x?a=1&b=2)", "![pic](https://e.org/p.png)"),
        *("**“重点”**", "***both***", "[**b** `c`](https://e.org)", "a<br>b", "a  \nb", "a\nb"),
        *("这是**粗体**文字", "~~gone~~", "*it*", "**bold *and* more**"),
    )
)
_WORD_LISTS = st.lists(_WORDS | _CONSTRUCTS, min_size=1, max_size=14)
_PARAGRAPHS = _WORD_LISTS.map(" ".join)
_LINES = _PARAGRAPHS.map(lambda text: text.replace("\n", " "))
_CELLS = (_LETTERS | _CONSTRUCTS).map(lambda text: text.replace("\n", " "))
_ROWS = st.lists(_CELLS, min_size=2, max_size=2).map(lambda cells: f"| {' | '.join(cells)} |")
_TABLES = st.lists(_ROWS, min_size=1, max_size=6).map(
    lambda rows: "\n".join([rows[0], "|:--|--:|", *rows[1:]])
)
_FENCES = st.tuples(
    st.sampled_from(["", "py", "c++ x"]), st.lists(st.text("xyz= <>`*&", max_size=20), max_size=9)
).map(lambda fence: "\n".join([f"````{fence[0]}", *fence[1], "````"]))
_OTHERS = st.sampled_from(
    ["---", "<div>\nhtml\n</div>", "    code\n    - more", "[ref]: https://e.org"]
)
_LEAVES = st.one_of(
    _PARAGRAPHS, _PARAGRAPHS, _LINES.map(lambda line: f"## {line}"), _TABLES, _FENCES, _OTHERS
)


def _items(markers: Sequence[str], texts: Sequence[str]) -> str:
    """Return a list: each text behind its marker, its lines under each other."""
    pairs = zip(markers, texts, strict=False)
    return "\n".join(f"{marker}{text}".replace("\n", f"\n{' ' * 4}") for marker, text in pairs)


_TASKS = st.lists(_LINES, min_size=1, max_size=4).map(
    lambda lines: _items(("-   [ ] ", "-   [x] ") * 2, lines)
)


def _around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    texts = st.lists(inner, min_size=1, max_size=3)
    markers = st.sampled_from([("-   ",) * 3, ("7.  ", "8.  ", "9.  ")])
    quotes = texts.map("\n\n".join).map(lambda text: "> " + text.replace("\n", "\n> "))
    return st.builds(_items, markers, texts) | quotes


_BLOCKS = st.recursive(_LEAVES | _TASKS, _around, max_leaves=4)

documents = st.lists(_BLOCKS, min_size=1, max_size=3).map("\n\n".join)
"""Well-formed CommonMark with everything in it."""

soups = st.lists(
    st.text("ab你“”。！*_~`[]()!<>&\\#-+=1. \n|:😀", max_size=12) | _CONSTRUCTS | _OTHERS,
    max_size=20,
).map("".join)
"""Marks in any order."""
