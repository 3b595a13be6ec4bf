"""What is watched, and when a limit counts as newly crossed."""

from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

from pydantic import BaseModel, ConfigDict, Field

from skills.stock_watch.scripts.quotes import Quote


class LimitKind(StrEnum):
    """Which side of a limit is told of."""

    ABOVE = "above"
    BELOW = "below"
    PERCENT = "percent"


class Limit(BaseModel):
    """One limit, and where the price stood when it was last seen.

    `crossings` counts how often it was crossed, `told` how many of these `new` has returned.
    `previous` is the close that `percent` was measured from.
    """

    model_config = ConfigDict(extra="forbid")

    kind: LimitKind
    value: float
    is_beyond: bool = False
    previous: float | None = None
    crossings: int = 0
    told: int = 0

    @property
    def words(self) -> str:
        """The limit as a person would say it."""
        unit = "%" if self.kind is LimitKind.PERCENT else ""
        return f"{self.kind} {self.value:g}{unit}"

    def observe(self, quote: Quote) -> None:
        """Note where the price stands, and whether it crossed the limit since it was last seen."""
        is_beyond = self._is_beyond(quote)
        if is_beyond is None:
            return
        is_new_day = self.kind is LimitKind.PERCENT and self.previous != quote.previous
        if is_beyond and (is_new_day or not self.is_beyond):
            self.crossings += 1
        self.is_beyond, self.previous = is_beyond, quote.previous

    def start_at(self, quote: Quote) -> None:
        """Begin with the price as it is: beyond the limit already, it has not crossed it."""
        self.is_beyond = self._is_beyond(quote) or False
        self.previous = quote.previous

    def _is_beyond(self, quote: Quote) -> bool | None:
        """Say on which side the price is; None if the quote does not tell."""
        match self.kind:
            case LimitKind.ABOVE:
                return quote.price > self.value
            case LimitKind.BELOW:
                return quote.price < self.value
            case LimitKind.PERCENT:
                return None if quote.percent is None else abs(quote.percent) >= self.value
            case _:
                assert_never(self.kind)


class Watch(BaseModel):
    """One symbol with its limits; `added` tells it from an earlier watch of the same symbol."""

    model_config = ConfigDict(extra="forbid")

    added: int
    limits: list[Limit]


class WatchList(BaseModel):
    """All that is kept for one person: watches by symbol, and the last answers by call id."""

    model_config = ConfigDict(extra="forbid")

    watches: dict[str, Watch] = {}
    last_added: int = 0
    answers: dict[str, str] = Field(default_factory=dict)

    def untold(self) -> Iterator[tuple[str, Watch, Limit]]:
        """Yield the limits that were crossed since they were last told of."""
        for symbol, watch in self.watches.items():
            for limit in watch.limits:
                if limit.crossings > limit.told:
                    yield symbol, watch, limit


def fingerprint(symbol: str, watch: Watch, limit: Limit) -> str:
    """Return what names this one crossing and no other."""
    return f"{symbol}/{watch.added}/{limit.kind}/{limit.value:g}/{limit.crossings}"
