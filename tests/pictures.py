"""Takes the pictures of docs/rendering.md: `python -m tests.pictures`.

Needs `chromium` on the path, and fonts with Chinese and emoji (Debian: fonts-noto-cjk and
fonts-noto-color-emoji). The pictures come from what is sent, drawn the way each platform draws it;
they are no screenshots of the platforms' own programs.
"""

import html
import io
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from rich.console import Console
from rich.terminal_theme import MONOKAI

from channels.dingtalk.markdown import to_dingtalk
from channels.slack.block import to_markdown_block
from channels.slack.mrkdwn import to_mrkdwn
from channels.telegram.outbound import Entity, Rendered, render
from gateway.cli.markdown import shown_markdown
from tests.doubles.slack_markup import mrkdwn_to_html

FOLDER: Final = Path(__file__).parent.parent / "docs" / "pictures"
TIMEOUT_SECONDS: Final = 60
COLUMNS: Final = 62

SAMPLE: Final = """\
# Weather report

Good morning! 今天**北京**有雨，**“带伞”**为好。
See [the map](https://example.org/map) for ~~noon~~ 3 pm.

| City | Sky | °C |
|:-----|:---:|---:|
| 北京 | rain | 17 |
| New York | sun | 24 |

- [x] fetch the news
- [ ] water the plants
- to buy
  1. tea
  2. 豆腐
     - firm, not silken

> Everybody talks about the weather, but *nobody* does anything about it.

```python
def warm(celsius: int) -> bool:
    return celsius > 20 and not raining
```

Run `warm(24)` to see it.
"""

_BASE: Final = """
body { margin: 0; font: 15px/1.45 "Noto Sans", "Noto Sans CJK SC", sans-serif; }
.message { margin: 16px; padding: 10px 14px; border-radius: 12px; }
pre, code { font-family: "Noto Sans Mono CJK SC", monospace; font-size: 13px; }
p, ul, ol, pre, blockquote, table { margin: 6px 0; }
h1 { font-size: 20px; margin: 4px 0; }
"""
_TELEGRAM: Final = """
body { background: #9bbf8f; } .message { background: #fff; white-space: pre-wrap; }
pre, code { color: #a04040; white-space: pre; margin: 0; } a { color: #2a7fc1; }
pre { background: #f2f2f2; padding: 6px; border-left: 3px solid #6ab3f3; border-radius: 5px; }
blockquote { display: block; margin: 0; padding: 2px 8px; background: #eef6fd;
  border-left: 3px solid #6ab3f3; border-radius: 5px; }
"""
_SLACK: Final = """
body { background: #fff; } pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px;
  padding: 8px; white-space: pre; } a { color: #1264a3; text-decoration: none; }
code { color: #c01343; background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px;
  padding: 0 3px; } pre code { color: #1d1c1d; border: 0; padding: 0; }
blockquote { border-left: 4px solid #ddd; padding-left: 12px; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: 4px 10px; }
"""
_LINES: Final = ".message { white-space: pre-wrap; } pre, blockquote { margin: 0; }"
_DINGTALK: Final = """
body { background: #e9eef5; } .message { background: #fff; } a { color: #007fff; }
pre { background: #f4f5f7; padding: 8px; border-radius: 6px; }
blockquote { border-left: 3px solid #ccc; padding-left: 10px; color: #666; }
"""
_TERMINAL: Final = "body { background: #1b1d23; color: #ddd; } .message { background: #1b1d23; }"
_TAGS: Final = {
    "bold": "b",
    "italic": "i",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page, and its size in pixels."""

    body: str
    style: str
    width: int
    height: int


def pictures() -> Mapping[str, Picture]:
    """Return each platform's picture by its file name."""
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    block = to_markdown_block(SAMPLE).replace("- [x]", "- ☑").replace("- [ ]", "- ☐")
    return {
        "telegram": Picture(
            body=telegram_html(render(SAMPLE)), style=_TELEGRAM, width=560, height=610
        ),
        "slack-mrkdwn": Picture(
            body=_without_seams(mrkdwn_to_html(to_mrkdwn(SAMPLE))),
            style=_SLACK + _LINES,
            width=600,
            height=600,
        ),
        "slack-block": Picture(
            body=str(markdown.render(block)), style=_SLACK, width=600, height=520
        ),
        "dingtalk": Picture(
            body=str(MarkdownIt("commonmark").render(to_dingtalk(SAMPLE))),
            style=_DINGTALK,
            width=560,
            height=520,
        ),
        "terminal": Picture(body=terminal_html(), style=_TERMINAL, width=600, height=610),
    }


def telegram_html(rendered: Rendered) -> str:
    """Return a message as HTML: each entity is a tag around its stretch of the text."""
    units = rendered.text.encode("utf-16-le")
    places = sorted({place for entity in rendered.entities for place in _ends(entity)})
    borders = sorted({0, *places, len(units) // 2})
    written = []
    for start, end in pairwise(borders):
        written += [
            _closing(entity) for entity in reversed(rendered.entities) if _ends(entity)[1] == start
        ]
        written += [_opening(entity) for entity in rendered.entities if entity.offset == start]
        written.append(html.escape(units[2 * start : 2 * end].decode("utf-16-le")))
    end = len(units) // 2
    written += [
        _closing(entity) for entity in reversed(rendered.entities) if _ends(entity)[1] == end
    ]
    return _without_seams("".join(written))


def terminal_html() -> str:
    """Return what the terminal client prints, with its colours."""
    screen = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True)
    screen.print(shown_markdown(SAMPLE))
    code = screen.export_html(theme=MONOKAI, inline_styles=True, code_format="{code}")
    return f'<pre style="font-size: 15px; line-height: 1.3">{code}</pre>'


def take(name: str, picture: Picture) -> None:
    """Draw a picture with the browser into `FOLDER`."""
    page = f'<meta charset="utf-8"><style>{_BASE}{picture.style}</style>'
    page += f'<div class="message">{picture.body}</div>'
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        size = f"--window-size={picture.width},{picture.height}"
        shot = f"--screenshot={FOLDER / f'{name}.png'}"
        subprocess.run(  # noqa: S603 - a fixed program, and a page written above
            [*command, f"--user-data-dir={folder}", size, shot, source.as_uri()],
            check=True,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
        )


def _ends(entity: Entity) -> tuple[int, int]:
    return entity.offset, entity.offset + entity.length


def _opening(entity: Entity) -> str:
    if entity.type == "text_link":
        return f'<a href="{html.escape(entity.url or "")}">'
    return f"<{_TAGS[entity.type]}>"


def _closing(entity: Entity) -> str:
    return "</a>" if entity.type == "text_link" else f"</{_TAGS[entity.type]}>"


def _without_seams(page: str) -> str:
    """Return a page without the line ends after blocks, which the browser would show as well."""
    for tag in ("pre", "blockquote"):
        page = page.replace(f"</{tag}>\n", f"</{tag}>")
    return page


def main() -> int:
    """Take all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures().items():
        take(name, picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
