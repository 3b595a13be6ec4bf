"""What a check found, and what a person should do about it."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.cli.screen import Line, Style


class Level(StrEnum):
    """How bad it is: `fail` keeps the gateway from working, `warn` only a part of it."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


_STYLES = {Level.OK: Style.GOOD, Level.WARN: Style.WARNING, Level.FAIL: Style.BAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's report; `advice` is empty where nothing needs to be done."""

    level: Level
    name: str
    found: str
    advice: str = ""

    @property
    def line(self) -> Line:
        """The finding for people."""
        advice = f"; {self.advice}" if self.advice else ""
        text = f"{self.level:<4}  {self.name}: {self.found}{advice}"
        return Line(text=text, style=_STYLES[self.level])


def ok(name: str, found: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(level=Level.OK, name=name, found=found)


def warn(name: str, found: str, advice: str) -> Finding:
    """Say that a part will not work."""
    return Finding(level=Level.WARN, name=name, found=found, advice=advice)


def fail(name: str, found: str, advice: str = "") -> Finding:
    """Say that the gateway will not work."""
    return Finding(level=Level.FAIL, name=name, found=found, advice=advice)
