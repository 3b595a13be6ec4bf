"""Stock quotes, and limits that tell once for each time they are crossed (how: see SKILL.md)."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from pydantic import JsonValue

from skills.errors import SkillFailure
from skills.http import HttpClient
from skills.result import Signal, SkillContext
from skills.runtime import Runtime
from skills.state import held, read_state, replace_text, take_in
from skills.stock_watch.scripts.quotes import Quote, QuoteSource, Stooq, Tencent, Yahoo, first_quote
from skills.stock_watch.scripts.watches import Limit, LimitKind, Watch, WatchList, fingerprint

STATE_FILE = "watches.json"
MAX_SYMBOLS = 50
MAX_ANSWERS = 20  # kept for calls that are made again
FETCHES_AT_ONCE = 5

Params = Mapping[str, JsonValue]
Quotes = Mapping[str, Quote | SkillFailure]


async def execute(
    ctx: SkillContext, params: Params, runtime: Runtime
) -> str | dict[str, list[Signal]]:
    """Do one action; a call that is made again under its id gets its first answer."""
    set_to = runtime.settings
    sources: Sequence[QuoteSource] = (
        Yahoo(set_to["yahoo_url"]),
        Stooq(set_to["stooq_url"]),
        Tencent(set_to["tencent_url"]),
    )
    action = str(params["action"])
    if action == "quote":
        return _line(await first_quote(_symbol(params), sources, runtime.http))
    take_in(runtime.state_dir, partial(_add, runtime.state_dir))
    with held(runtime.state_dir):
        kept = _load(runtime.state_dir)
        if action == "check":
            quotes = await _observe(kept, sources, runtime.http)
            _refuse_silence(quotes)
            _store(runtime.state_dir, kept)
            return {"signals": [_signal(*one, quotes) for one in kept.untold()]}
        if ctx.call_id in kept.answers:
            return kept.answers[ctx.call_id]
        text = await _act(action, params, kept, sources, runtime.http)
        if ctx.call_id:
            kept.answers[ctx.call_id] = text
            for oldest in list(kept.answers)[:-MAX_ANSWERS]:
                del kept.answers[oldest]
        _store(runtime.state_dir, kept)
    return text


async def _act(
    action: str,
    params: Params,
    kept: WatchList,
    sources: Sequence[QuoteSource],
    http: HttpClient,
) -> str:
    if action == "list":
        return _listing(kept)
    if action == "new":
        return await _new(kept, sources, http)
    symbol = _symbol(params)
    if action == "remove":
        return _remove(kept, symbol)
    limits = _limits(params)
    if symbol not in kept.watches and len(kept.watches) >= MAX_SYMBOLS:
        raise SkillFailure("too_many_symbols", f"{MAX_SYMBOLS} are watched; remove one first")
    quote = await first_quote(symbol, sources, http)
    for limit in limits:
        limit.start_at(quote)
    kept.last_added += 1
    kept.watches[symbol] = Watch(added=kept.last_added, limits=limits)
    return f"Watching {symbol}: {_words(limits)}. Now {_line(quote)}"


def _symbol(params: Params) -> str:
    symbol = str(params.get("symbol", "")).upper()
    if not symbol:
        raise SkillFailure("symbol_missing", f"'{params['action']}' needs a symbol such as AAPL")
    return symbol


def _limits(params: Params) -> list[Limit]:
    """Return the limits that are asked for."""
    given = {kind: params.get(kind) for kind in LimitKind}
    limits = [
        Limit(kind=kind, value=value)
        for kind, value in given.items()
        if isinstance(value, int | float)
    ]
    if not limits:
        raise SkillFailure("limit_missing", "'add' needs above, below or percent")
    return limits


def _remove(kept: WatchList, symbol: str) -> str:
    if kept.watches.pop(symbol, None) is None:
        raise SkillFailure("not_watched", f"{symbol} is not on the list")
    return f"No longer watching {symbol}."


def _listing(kept: WatchList) -> str:
    lines = [f"- {symbol}: {_words(watch.limits)}" for symbol, watch in kept.watches.items()]
    return "\n".join(lines) or "Nothing is watched."


async def _new(kept: WatchList, sources: Sequence[QuoteSource], http: HttpClient) -> str:
    """Tell of each crossing once, and of the symbols that have no quote now."""
    if not kept.watches:
        return "Nothing is watched."
    quotes = await _observe(kept, sources, http)
    lines = []
    for symbol, _, limit in kept.untold():
        lines.append(f"- {symbol} crossed {limit.words}: {_now(symbol, quotes)}")
        limit.told = limit.crossings
    lines += [
        f"- {symbol} has no quote: {found.code}: {found.message}"
        for symbol, found in quotes.items()
        if isinstance(found, SkillFailure)
    ]
    return "\n".join(lines) or "No limit was newly crossed."


async def _observe(kept: WatchList, sources: Sequence[QuoteSource], http: HttpClient) -> Quotes:
    """Fetch the quotes of all that is watched, and let the limits see them."""
    gate = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def fetch(symbol: str) -> Quote | SkillFailure:
        async with gate:
            try:
                return await first_quote(symbol, sources, http)
            except SkillFailure as error:
                return error

    async with asyncio.TaskGroup() as group:
        fetches = {symbol: group.create_task(fetch(symbol)) for symbol in kept.watches}
    quotes = {symbol: task.result() for symbol, task in fetches.items()}
    for symbol, quote in quotes.items():
        if isinstance(quote, Quote):
            for limit in kept.watches[symbol].limits:
                limit.observe(quote)
    return quotes


def _refuse_silence(quotes: Quotes) -> None:
    """Where no symbol has a quote there is trouble, and not nothing new."""
    failures = [one for one in quotes.values() if isinstance(one, SkillFailure)]
    if failures and len(failures) == len(quotes):
        raise failures[0]


def _signal(symbol: str, watch: Watch, limit: Limit, quotes: Quotes) -> Signal:
    return Signal(
        fingerprint=fingerprint(symbol, watch, limit),
        title=f"{symbol} crossed {limit.words}",
        url=f"https://finance.yahoo.com/quote/{symbol}",
        detail=_now(symbol, quotes),
    )


def _now(symbol: str, quotes: Quotes) -> str:
    quote = quotes[symbol]
    return f"now {_line(quote)}" if isinstance(quote, Quote) else "there is no quote just now"


def _line(quote: Quote) -> str:
    """Write a quote in one line."""
    name = f" ({quote.name})" if quote.name else ""
    currency = f" {quote.currency}" if quote.currency else ""
    change = "" if quote.percent is None else f", {quote.percent:+.2f}% since the previous close"
    return f"{quote.symbol}{name} {quote.price:.10g}{currency}{change} [{quote.source}]"


def _words(limits: Sequence[Limit]) -> str:
    return ", ".join(limit.words for limit in limits)


def _add(state_dir: Path, other: Path) -> None:
    """Add the watches of an account that turned out to be the same person's; a known one stays."""
    kept, theirs = _load(state_dir), _load(other)
    kept.watches = theirs.watches | kept.watches
    kept.last_added = max(kept.last_added, theirs.last_added)
    _store(state_dir, kept)


def _load(state_dir: Path) -> WatchList:
    return read_state(state_dir / STATE_FILE, WatchList)


def _store(state_dir: Path, kept: WatchList) -> None:
    replace_text(state_dir / STATE_FILE, kept.model_dump_json())
