"""How a sentence is put in the person's language."""

from typing import Final

from gateway.phrases.chinese import CHINESE
from gateway.phrases.chinese_people import CHINESE_PEOPLE
from gateway.phrases.chinese_schedules import CHINESE_SCHEDULES
from gateway.phrases.english import ENGLISH
from gateway.phrases.english_people import ENGLISH_PEOPLE
from gateway.phrases.english_schedules import ENGLISH_SCHEDULES
from gateway.phrases.names import Phrase

IN_ENGLISH: Final = ENGLISH | ENGLISH_PEOPLE | ENGLISH_SCHEDULES
IN_CHINESE: Final = CHINESE | CHINESE_PEOPLE | CHINESE_SCHEDULES


def is_chinese(language: str) -> bool:
    """Tell whether a BCP 47 tag names Chinese."""
    return language.lower().split("-")[0] == "zh"


def say(phrase: Phrase, language: str, **values: object) -> str:
    """Return a sentence in the person's language; English where it is not Chinese."""
    catalog = IN_CHINESE if is_chinese(language) else IN_ENGLISH
    return catalog[phrase].format(**values)
