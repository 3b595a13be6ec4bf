"""Finds skills by what a person would call them, in English or Chinese."""

import re
from collections.abc import Iterable, Iterator

from skills.skill import Skill

WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
# Words that stand in any question.
COMMON = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "do",
        "for",
        "i",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "please",
        "the",
        "to",
        "use",
        "what",
        "you",
    }
)


def matching(skills: Iterable[Skill], query: str) -> tuple[Skill, ...]:
    """Return the skills that fit, the best first; all of them if nothing is asked."""
    asked = set(_terms(query))
    listed = tuple(skills)
    if not asked:
        return listed
    rated = [(_rating(skill, asked), skill) for skill in listed]
    return tuple(skill for rate, skill in sorted(rated, key=lambda it: -it[0]) if rate)


def _rating(skill: Skill, asked: set[str]) -> int:
    """Count the terms that the skill's name and description share with the question."""
    name = set(_terms(skill.name))
    return len(asked & name) * 2 + len(asked & set(_terms(skill.description)))


def _terms(text: str) -> Iterator[str]:
    """Yield words without their plural's s, and pairs of neighbouring characters of Chinese."""
    for word in WORD.findall(text.lower()):
        if word[0] >= "\u3400":
            yield from (word[at : at + 2] for at in range(max(len(word) - 1, 1)))
        elif word not in COMMON:
            yield word.removesuffix("s") if len(word) > 3 else word  # noqa: PLR2004 - as in "news"
