"""Reads the YAML front matter of a `SKILL.md`, within limits.

`souls.front_matter` does the same for souls: the two rooms may not import each other, and thirty
lines twice are a smaller debt than a third room for both.
"""

import re
from collections.abc import Hashable

import yaml

from skills.errors import SkillError

MAX_FRONT_MATTER_CHARACTERS = 16_384
MAX_DEPTH = 12
FRONT_MATTER = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE
)


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases (a few lines of them fill the memory) and without deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise SkillError("the front matter uses a YAML alias; write the value out")
        if self.depth >= MAX_DEPTH:
            raise SkillError(f"the front matter is nested deeper than {MAX_DEPTH} levels")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def read_front_matter(text: str) -> tuple[dict[Hashable, object], str]:
    """Return the front matter as YAML gives it, and the Markdown below it.

    Raises:
        SkillError: there is no front matter, or it can't be read as a plain YAML mapping.
    """
    found = FRONT_MATTER.match(text)
    if found is None:
        raise SkillError("the file does not begin with front matter between two lines of '---'")
    if len(found[1]) > MAX_FRONT_MATTER_CHARACTERS:
        raise SkillError(f"the front matter exceeds {MAX_FRONT_MATTER_CHARACTERS} characters")
    try:
        data = yaml.load(found[1], Loader=_PlainLoader)  # noqa: S506 - a SafeLoader, made stricter
    except (yaml.YAMLError, ValueError) as error:
        raise SkillError(f"the front matter is not valid YAML{_where(error)}") from error
    if not isinstance(data, dict):
        raise SkillError("the front matter is not a mapping of keys to values")
    return data, text[found.end() :].strip()


def _where(error: Exception) -> str:
    """Say in which line of the file what is wrong; YAML counts from below the first `---`."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f" in line {error.problem_mark.line + 2}: {error.problem}"
    return f": {error}"
