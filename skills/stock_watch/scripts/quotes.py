"""Quotes from public sources: the first that answers with sense."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Protocol
from urllib.parse import quote as quoted

from pydantic import BaseModel, Field, ValidationError

from skills.errors import SkillFailure
from skills.http import HttpClient, HttpResponse

MAX_ANSWER_BYTES: Final = 512 * 1024
ANSWER_TIMEOUT: Final = timedelta(seconds=8)
HTTP_ERROR: Final = 400
HTTP_NOT_FOUND: Final = 404
# Yahoo refuses clients that don't look like a browser.
HEADERS: Final = {"User-Agent": "Mozilla/5.0 (compatible; Crewdesk/0.1)", "Accept": "*/*"}
# Yahoo's suffix of an exchange, and Stooq's. Stooq has no Chinese shares.
STOOQ_SUFFIXES: Final = {"": "us", "HK": "hk", "DE": "de", "L": "uk", "T": "jp"}
# Yahoo's suffix of an exchange, Tencent's prefix with how many digits it writes, and the currency.
TENCENT_PREFIXES: Final = {"SS": ("sh", 6), "SZ": ("sz", 6), "HK": ("hk", 5)}
TENCENT_CURRENCIES: Final = {"SS": "CNY", "SZ": "CNY", "HK": "HKD"}
MAX_PRICE: Final = 1e12

Price = Annotated[float, Field(gt=0, lt=MAX_PRICE, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price, in `currency` if the source names it, and the previous day's last one."""

    symbol: str
    price: float
    source: str
    previous: float | None = None
    currency: str = ""
    name: str = ""

    @property
    def percent(self) -> float | None:
        """The change since the previous close, None if that is unknown."""
        return None if self.previous is None else (self.price / self.previous - 1) * 100


class QuoteSource(Protocol):
    """Where quotes come from; asking again is harmless."""

    name: str

    async def quote(self, symbol: str, http: HttpClient) -> Quote:
        """Return the newest quote of a symbol as Yahoo writes it, in upper case.

        Raises:
            SkillFailure: `unknown_symbol`, or the source is down or answers nonsense.
        """


class _Meta(BaseModel):
    regularMarketPrice: Price  # noqa: N815 - Yahoo's name
    chartPreviousClose: Price | None = None  # noqa: N815 - Yahoo's name
    currency: str | None = None
    shortName: str | None = None  # noqa: N815 - Yahoo's name


class _Series(BaseModel):
    meta: _Meta


class _Chart(BaseModel):
    result: Annotated[list[_Series], Field(min_length=1)]


class _YahooAnswer(BaseModel):
    chart: _Chart


class Yahoo:
    """Yahoo Finance's chart API: `/v8/finance/chart/SYMBOL`, which wants no key."""

    name = "Yahoo"

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    async def quote(self, symbol: str, http: HttpClient) -> Quote:
        """Return the newest quote; the previous close is the one before the day that is asked."""
        url = f"{self._base_url}/v8/finance/chart/{quoted(symbol, safe='')}?interval=1d&range=1d"
        response = await _get(http, url)
        if response.status == HTTP_NOT_FOUND:
            raise SkillFailure("unknown_symbol", f"{self.name} knows no '{symbol}'")
        _refuse_status(response)
        try:
            meta = _YahooAnswer.model_validate_json(response.text).chart.result[0].meta
        except ValidationError as error:
            raise SkillFailure("bad_answer", "what came is no quote") from error
        return Quote(
            symbol=symbol,
            price=meta.regularMarketPrice,
            source=self.name,
            previous=meta.chartPreviousClose,
            currency=(meta.currency or "")[:8],
            name=(meta.shortName or "")[:80],
        )


class _Row(BaseModel):
    close: Price
    prev: Price | None = None


class Stooq:
    """Stooq's light quotes as CSV: `/q/l/?s=SYMBOL`; a symbol that it does not know has `N/D`."""

    name = "Stooq"

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    async def quote(self, symbol: str, http: HttpClient) -> Quote:
        """Return the newest quote."""
        wanted = quoted(_stooq_symbol(symbol), safe="")
        response = await _get(http, f"{self._base_url}/q/l/?s={wanted}&f=sd2t2ohlcvp&h&e=csv")
        _refuse_status(response)
        rows = list(csv.DictReader(response.text.strip().splitlines()[:2]))
        row = {str(key).lower(): value for key, value in rows[0].items()} if rows else {}
        if row.get("close") == "N/D":
            raise SkillFailure("unknown_symbol", f"{self.name} knows no '{symbol}'")
        known = {key: row[key] for key in ("close", "prev") if row.get(key) not in {None, "N/D"}}
        try:
            values = _Row.model_validate(known)
        except ValidationError as error:
            raise SkillFailure("bad_answer", "what came is no quote") from error
        return Quote(symbol=symbol, price=values.close, source=self.name, previous=values.prev)


class Tencent:
    """Tencent's quotes of Chinese shares as one line in GBK: `/q=sh600519`, fields between `~`.

    The fields that are read, as clients of many years read them: 1 the name, 3 the price, 4 the
    previous close.
    """

    name = "Tencent"

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    async def quote(self, symbol: str, http: HttpClient) -> Quote:
        """Return the newest quote."""
        response = await _get(http, f"{self._base_url}/q={_tencent_symbol(symbol)}")
        _refuse_status(response)
        if "none_match" in response.text:
            raise SkillFailure("unknown_symbol", f"{self.name} knows no '{symbol}'")
        fields = response.text.partition('="')[2].split("~")
        try:
            values = _Row.model_validate(dict(zip(("close", "prev"), fields[3:5], strict=False)))
        except ValidationError as error:
            raise SkillFailure("bad_answer", "what came is no quote") from error
        return Quote(
            symbol=symbol,
            price=values.close,
            source=self.name,
            previous=values.prev,
            currency=TENCENT_CURRENCIES[symbol.rpartition(".")[2]],
            name=fields[1][:80],
        )


async def first_quote(symbol: str, sources: Sequence[QuoteSource], http: HttpClient) -> Quote:
    """Ask one source after the other.

    Raises:
        SkillFailure: none has a quote; `unknown_symbol` only if none had another reason.
    """
    failures: dict[str, SkillFailure] = {}
    for source in sources:
        try:
            return await source.quote(symbol, http)
        except SkillFailure as error:
            failures[source.name] = error
    if all(one.code == "unknown_symbol" for one in failures.values()):
        raise SkillFailure("unknown_symbol", f"no source knows '{symbol}'")
    reasons = "; ".join(f"{name}: {one.code}: {one.message}" for name, one in failures.items())
    raise SkillFailure("no_quote", f"{symbol}: {reasons}")


async def _get(http: HttpClient, url: str) -> HttpResponse:
    return await http.get(url, headers=HEADERS, max_bytes=MAX_ANSWER_BYTES, timeout=ANSWER_TIMEOUT)


def _refuse_status(response: HttpResponse) -> None:
    if response.status >= HTTP_ERROR:
        raise SkillFailure(f"http_{response.status}", "the source refused")


def _stooq_symbol(symbol: str) -> str:
    """Write a symbol as Stooq does: `AAPL` is `aapl.us`, `0700.HK` is `700.hk`."""
    if symbol.startswith("^"):
        return symbol.lower()
    name, _, exchange = symbol.partition(".")
    if exchange not in STOOQ_SUFFIXES or "=" in name:
        raise SkillFailure("unknown_symbol", f"Stooq has no exchange for '{symbol}'")
    return f"{name.lstrip('0') if exchange == 'HK' else name}.{STOOQ_SUFFIXES[exchange]}".lower()


def _tencent_symbol(symbol: str) -> str:
    """Write a symbol as Tencent does: `600519.SS` is `sh600519`, `0700.HK` is `hk00700`."""
    number, _, exchange = symbol.partition(".")
    if exchange not in TENCENT_PREFIXES or not number.isdecimal():
        raise SkillFailure("unknown_symbol", f"Tencent has Chinese shares only, not '{symbol}'")
    prefix, digits = TENCENT_PREFIXES[exchange]
    return f"{prefix}{number.zfill(digits)}"
