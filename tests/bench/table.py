"""The one table that the benchmarks print."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table

MOST_COLUMNS = 120


class Aim(StrEnum):
    """On which side of its bound a ratio or a value is good."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is wanted: of the ratio ours to floor, or of our value where there is no floor."""

    aim: Aim
    bound: float

    def is_met_by(self, number: float) -> bool:
        """Tell whether a number is good enough."""
        return number <= self.bound if self.aim is Aim.AT_MOST else number >= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line: what was measured, in which unit, and what is wanted of it, if anything."""

    name: str
    unit: str
    ours: float
    floor: float | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to the floor."""
        return self.ours / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        """Say whether the target is met; empty where there is none."""
        if self.target is None:
            return ""
        judged = self.ours if self.ratio is None else self.ratio
        return "met" if self.target.is_met_by(judged) else "NOT MET"


def at_most(bound: float) -> Target:
    """Return the target that a number does not exceed `bound`."""
    return Target(aim=Aim.AT_MOST, bound=bound)


def at_least(bound: float) -> Target:
    """Return the target that a number reaches `bound`."""
    return Target(aim=Aim.AT_LEAST, bound=bound)


def show(measures: Sequence[Measure], console: Console) -> None:
    """Print the table."""
    table = Table("measure", "unit", title="Crewdesk against its floors, medians of this run")
    for column in ("floor", "ours", "ratio", "target"):
        table.add_column(column, justify="right")
    table.add_column("verdict")
    for one in measures:
        table.add_row(
            one.name,
            one.unit,
            _number(one.floor),
            _number(one.ours),
            _number(one.ratio),
            f"{one.target.aim} {one.target.bound:g}" if one.target else "",
            one.verdict,
        )
    console.print(table, width=min(console.width, MOST_COLUMNS) if console.is_terminal else 120)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
