"""How a sentence is put in the person's language."""

from gateway.phrases.chinese import CHINESE
from gateway.phrases.english import ENGLISH
from gateway.phrases.names import Phrase


def is_chinese(language: str) -> bool:
    """Tell whether a BCP 47 tag names Chinese."""
    return language.lower().split("-")[0] == "zh"


def say(phrase: Phrase, language: str, **values: object) -> str:
    """Return a sentence in the person's language; English where it is not Chinese."""
    catalog = CHINESE if is_chinese(language) else ENGLISH
    return catalog[phrase].format(**values)
