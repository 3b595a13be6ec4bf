"""The skill `stock_watch` against recorded answers of both sources."""

import json
from pathlib import Path

import pytest

from skills.values import SkillValues
from tests.doubles.web_server import WebServer
from tests.integration.skills.conftest import RunSkill

YAHOO = "/yahoo/v8/finance/chart/{}?interval=1d&range=1d"
STOOQ = "/stooq/q/l/?s={}&f=sd2t2ohlcvp&h&e=csv"
STOOQ_HEAD = "Symbol,Date,Time,Open,High,Low,Close,Volume,Prev\r\n"


@pytest.fixture
def values(server: WebServer) -> SkillValues:
    """Return settings by which both sources stand on the test's server."""
    urls = {
        "yahoo_url": server.url("/yahoo"),
        "stooq_url": server.url("/stooq/"),
        "tencent_url": server.url("/tencent/"),
    }
    return SkillValues(plain={"stock_watch": urls})


def yahoo(server: WebServer, symbol: str, price: float, previous: float = 100.0) -> None:
    """Lay out what Yahoo answers for a symbol."""
    meta = {
        "currency": "USD",
        "symbol": symbol,
        "exchangeName": "NMS",
        "instrumentType": "EQUITY",
        "regularMarketTime": 1_763_672_401,
        "regularMarketPrice": price,
        "chartPreviousClose": previous,
        "shortName": "Apple Inc.",
    }
    answer = {"chart": {"result": [{"meta": meta, "timestamp": [1]}], "error": None}}
    server.serve(YAHOO.format(symbol), json.dumps(answer), content_type="application/json")


def stooq(server: WebServer, symbol: str, close: str, previous: str = "100") -> None:
    """Lay out what Stooq answers for a symbol."""
    row = f"{symbol.upper()},2026-11-20,22:00:08,99,101,98,{close},40000,{previous}\r\n"
    server.serve(STOOQ.format(symbol), STOOQ_HEAD + row, content_type="text/plain")


async def test_a_quote_is_shown(server: WebServer, run_skill: RunSkill) -> None:
    """With its change, its currency and where it comes from."""
    yahoo(server, "AAPL", 105.25)

    result = await run_skill("stock_watch", action="quote", symbol="aapl")

    assert result.text == ("AAPL (Apple Inc.) 105.25 USD, +5.25% since the previous close [Yahoo]")


@pytest.mark.parametrize(
    "nonsense",
    ["<html>consent</html>", "", "[]", '{"chart": {"result": null}}', '{"chart": {"result": []}}']
    + [
        json.dumps({"chart": {"result": [{"meta": {"regularMarketPrice": price}}]}})
        for price in (-1, 0, "x", 1e300)
    ],
)
async def test_nonsense_from_one_source_leads_to_the_other(
    server: WebServer, run_skill: RunSkill, nonsense: str
) -> None:
    """Whatever the first one says that is no price, the second is asked."""
    server.serve(YAHOO.format("AAPL"), nonsense, content_type="application/json")
    stooq(server, "aapl.us", "104.5")

    result = await run_skill("stock_watch", action="quote", symbol="AAPL")

    assert result.text == "AAPL 104.5, +4.50% since the previous close [Stooq]"


@pytest.mark.parametrize(
    ("symbol", "asked"), [("0700.HK", "700.hk"), ("SAP.DE", "sap.de"), ("^SPX", "%5Espx")]
)
async def test_a_source_that_is_down_leads_to_the_other(
    server: WebServer, run_skill: RunSkill, symbol: str, asked: str
) -> None:
    """Which is asked in its own spelling."""
    server.serve(YAHOO.format(symbol.replace("^", "%5E")), status=503)
    stooq(server, asked, "7", "N/D")

    result = await run_skill("stock_watch", action="quote", symbol=symbol)

    assert result.text == f"{symbol} 7 [Stooq]"


@pytest.mark.parametrize(
    ("symbol", "asked", "currency"),
    [
        ("600519.SS", "sh600519", "CNY"),
        ("000001.SZ", "sz000001", "CNY"),
        ("0700.HK", "hk00700", "HKD"),
    ],
)
async def test_chinese_shares_have_a_second_source(
    server: WebServer, run_skill: RunSkill, symbol: str, asked: str, currency: str
) -> None:
    """In its own spelling and in GBK."""
    server.serve(YAHOO.format(symbol), status=503)
    line = f'v_{asked}="1~贵州茅台~600519~1453.96~1400.00~1455.00~24711~0~0";\n'
    server.serve(f"/tencent/q={asked}", line.encode("gbk"), content_type="text/html; charset=GBK")

    result = await run_skill("stock_watch", action="quote", symbol=symbol)

    change = "+3.85% since the previous close"
    assert result.text == f"{symbol} (贵州茅台) 1453.96 {currency}, {change} [Tencent]"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ('v_pv_none_match="1";', "Tencent: unknown_symbol: "),
        ("", "Tencent: bad_answer: "),
        ('v_sh600519="1~x~600519~0.00~1400~";', "Tencent: bad_answer: "),
        ('v_sh600519="1~x";', "Tencent: bad_answer: "),
    ],
)
async def test_nonsense_from_the_last_source_is_named(
    server: WebServer, run_skill: RunSkill, answer: str, word: str
) -> None:
    """A share that is not traded has no price there."""
    server.serve(YAHOO.format("600519.SS"), status=503)
    server.serve("/tencent/q=sh600519", answer, content_type="text/html")

    result = await run_skill("stock_watch", action="quote", symbol="600519.SS")

    assert result.text.startswith("no_quote: 600519.SS: Yahoo: http_503: ")
    assert word in result.text


async def test_no_source_at_all_is_a_clear_error(server: WebServer, run_skill: RunSkill) -> None:
    """It says what each of them did."""
    server.serve(YAHOO.format("AAPL"), status=429)
    server.serve(STOOQ.format("aapl.us"), "Exceeded the daily hits limit")
    server.serve(YAHOO.format("600519.SS"), status=500)

    both = await run_skill("stock_watch", action="quote", symbol="AAPL")
    chinese = await run_skill("stock_watch", action="quote", symbol="600519.SS")

    assert both.text.startswith("no_quote: AAPL: Yahoo: http_429: ")
    assert "Stooq: bad_answer: " in both.text
    assert "Stooq: unknown_symbol: " in chinese.text
    assert not both.ok


async def test_an_unknown_symbol_is_named(server: WebServer, run_skill: RunSkill) -> None:
    """Nothing is watched then."""
    server.serve(YAHOO.format("NOPE"), '{"chart": {"error": {}}}', status=404)
    stooq(server, "nope.us", "N/D")

    added = await run_skill("stock_watch", action="add", symbol="NOPE", above=1)

    assert added.text == "unknown_symbol: no source knows 'NOPE'"
    assert (await run_skill("stock_watch", action="list")).text == "Nothing is watched."


async def test_a_watch_is_added_listed_and_removed(server: WebServer, run_skill: RunSkill) -> None:
    """The list asks no source."""
    yahoo(server, "AAPL", 100)
    added = await run_skill(
        "stock_watch", action="add", symbol="AAPL", above=120, below=80.5, percent=5
    )
    asked = len(server.asked)
    listed = await run_skill("stock_watch", action="list")
    removed = await run_skill("stock_watch", action="remove", symbol="AAPL")
    again = await run_skill("stock_watch", action="remove", symbol="AAPL")

    assert added.text.startswith("Watching AAPL: above 120, below 80.5, percent 5%. Now AAPL")
    assert listed.text == "- AAPL: above 120, below 80.5, percent 5%"
    assert removed.text == "No longer watching AAPL."
    assert again.text == "not_watched: AAPL is not on the list"
    assert len(server.asked) == asked


async def new(server: WebServer, run_skill: RunSkill, price: float, call: str = "") -> str:
    """Let the price be seen, and return what is new."""
    yahoo(server, "AAPL", price)
    return (await run_skill("stock_watch", call, action="new")).text


async def test_a_limit_tells_once_for_each_crossing(server: WebServer, run_skill: RunSkill) -> None:
    """Again only after the price was on the other side."""
    yahoo(server, "AAPL", 100)
    await run_skill("stock_watch", action="add", symbol="AAPL", above=110)

    told = [await new(server, run_skill, price) for price in (105, 111, 112, 109, 113)]

    nothing = "No limit was newly crossed."
    assert [text == nothing for text in told] == [True, False, True, True, False]
    assert told[1].startswith("- AAPL crossed above 110: now AAPL (Apple Inc.) 111 USD")


async def test_a_price_beyond_the_limit_from_the_start_has_not_crossed_it(
    server: WebServer, run_skill: RunSkill
) -> None:
    """It would be told of at once, which nobody wants."""
    yahoo(server, "AAPL", 70)
    await run_skill("stock_watch", action="add", symbol="AAPL", below=80)

    assert await new(server, run_skill, 69) == "No limit was newly crossed."


async def test_a_change_in_percent_begins_anew_each_day(
    server: WebServer, run_skill: RunSkill
) -> None:
    """Up and down alike."""
    yahoo(server, "AAPL", 100, 100)
    await run_skill("stock_watch", action="add", symbol="AAPL", percent=5)

    down = await new(server, run_skill, 94)
    same_day = await new(server, run_skill, 93)
    yahoo(server, "AAPL", 99, 93)
    next_day = (await run_skill("stock_watch", action="new")).text

    assert "-6.00%" in down
    assert same_day == "No limit was newly crossed."
    assert "crossed percent 5%" in next_day


async def test_a_call_made_again_tells_the_same(server: WebServer, run_skill: RunSkill) -> None:
    """After a crash the same call returns what it returned, and another call does not."""
    yahoo(server, "AAPL", 100)
    await run_skill("stock_watch", action="add", symbol="AAPL", above=110)

    first = await new(server, run_skill, 111, "call-1")
    repeated = await new(server, run_skill, 112, "call-1")
    other = await new(server, run_skill, 112, "call-2")

    assert "crossed above 110" in first
    assert repeated == first
    assert other == "No limit was newly crossed."


async def test_a_check_finds_without_taking(server: WebServer, run_skill: RunSkill) -> None:
    """One fingerprint for one crossing, another for the next, none once it was told."""
    yahoo(server, "AAPL", 100)
    await run_skill("stock_watch", action="add", symbol="AAPL", above=110)

    async def check(price: float) -> list[str]:
        yahoo(server, "AAPL", price)
        result = await run_skill("stock_watch", action="check")
        assert result.ok, result.text
        return [signal.fingerprint for signal in result.signals]

    assert await check(100) == []
    assert await check(111) == await check(112) == await check(100) == ["AAPL/1/above/110/1"]
    assert "crossed above 110" in await new(server, run_skill, 100)
    assert await check(100) == []
    assert await check(120) == ["AAPL/1/above/110/2"]


async def test_a_symbol_without_a_quote_does_not_stop_the_others(
    server: WebServer, run_skill: RunSkill
) -> None:
    """It is named in `new`, and `check` finds the rest."""
    for symbol in ("AAPL", "MSFT"):
        yahoo(server, symbol, 100)
        await run_skill("stock_watch", action="add", symbol=symbol, above=110)
    yahoo(server, "MSFT", 111)
    server.serve(YAHOO.format("AAPL"), status=500)

    checked = await run_skill("stock_watch", action="check")
    told = await run_skill("stock_watch", action="new")

    assert [signal.title for signal in checked.signals] == ["MSFT crossed above 110"]
    assert "- MSFT crossed above 110" in told.text
    assert "- AAPL has no quote: no_quote: AAPL: Yahoo: http_500" in told.text


async def test_what_is_missing_or_too_much_is_named(
    tmp_path: Path, server: WebServer, run_skill: RunSkill
) -> None:
    """By the word that SKILL.md lists."""
    (tmp_path / "state").mkdir()
    watches = {f"S{n}": {"added": n, "limits": []} for n in range(50)}
    (tmp_path / "state" / "watches.json").write_text(json.dumps({"watches": watches}))

    no_symbol = await run_skill("stock_watch", action="quote")
    no_limit = await run_skill("stock_watch", action="add", symbol="AAPL")
    full = await run_skill("stock_watch", action="add", symbol="AAPL", above=1)
    odd = await run_skill("stock_watch", action="quote", symbol="../../etc/passwd")

    assert no_symbol.text.startswith("symbol_missing: ")
    assert no_limit.text.startswith("limit_missing: ")
    assert full.text.startswith("too_many_symbols: ")
    assert odd.text.startswith("wrong arguments: symbol: ")
    assert server.asked == []


async def test_a_damaged_state_is_not_started_over(tmp_path: Path, run_skill: RunSkill) -> None:
    """A watch list that can't be read is an error, never silently forgotten."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "watches.json").write_text("{broken")

    result = await run_skill("stock_watch", action="list")

    assert not result.ok
    assert (tmp_path / "state" / "watches.json").read_text() == "{broken"
