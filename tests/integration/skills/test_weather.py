"""The skill `weather` against recorded answers of Open-Meteo."""

import json
from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from skills.values import SkillValues
from tests.doubles.web_server import WebServer
from tests.integration.skills.conftest import RunSkill

PLACES = "/places/v1/search?name={}&count=10&language=en&format=json"
FORECAST = (
    "/weather/v1/forecast?latitude=52.5244&longitude=13.4105&current=temperature_2m,"
    "apparent_temperature,relative_humidity_2m,weather_code,wind_speed_10m&daily="
    "weather_code,temperature_2m_min,temperature_2m_max,precipitation_sum,"
    "precipitation_probability_max&timezone=auto&forecast_days="
)
BERLIN: Mapping[str, JsonValue] = {
    "id": 2950159,
    "name": "Berlin",
    "latitude": 52.52437,
    "longitude": 13.41053,
    "country": "Germany",
    "admin1": "State of Berlin",
    "population": 3426354,
}
NAMESAKE: Mapping[str, JsonValue] = {
    "name": "Berlin",
    "latitude": 44.46867,
    "longitude": -71.18508,
    "country": "United States",
    "admin1": "New Hampshire",
}
ANSWER: Mapping[str, JsonValue] = {
    "latitude": 52.52,
    "timezone": "Europe/Berlin",
    "current_units": {"temperature_2m": "°C", "wind_speed_10m": "km/h"},
    "current": {
        "time": "2026-11-21T15:00",
        "interval": 900,
        "temperature_2m": 4.2,
        "apparent_temperature": 0.5,
        "relative_humidity_2m": 81,
        "weather_code": 61,
        "wind_speed_10m": 15.1,
    },
    "daily_units": {"temperature_2m_max": "°C", "precipitation_sum": "mm"},
    "daily": {
        "time": ["2026-11-21", "2026-11-22"],
        "weather_code": [61, None],
        "temperature_2m_min": [1.5, -2],
        "temperature_2m_max": [5, 1.25],
        "precipitation_sum": [2.5, None],
        "precipitation_probability_max": [90, 10],
    },
}


@pytest.fixture
def values(server: WebServer) -> SkillValues:
    """Return settings by which both services stand on the test's server."""
    urls = {"geocoding_url": server.url("/places"), "forecast_url": server.url("/weather/")}
    return SkillValues(plain={"weather": urls})


def serve(server: WebServer, path: str, answer: JsonValue | Mapping[str, JsonValue]) -> None:
    """Lay out an answer in JSON."""
    server.serve(path, json.dumps(answer), content_type="application/json")


async def test_the_forecast_of_a_place_is_told(server: WebServer, run_skill: RunSkill) -> None:
    """Now and each day, with what the service left open, and the namesakes."""
    serve(server, PLACES.format("Berlin"), {"results": [dict(BERLIN), dict(NAMESAKE)]})
    serve(server, f"{FORECAST}2", ANSWER)

    result = await run_skill("weather", place="Berlin", days=2)

    assert result.text.splitlines() == [
        "Berlin, State of Berlin, Germany (Europe/Berlin)",
        "Now (2026-11-21T15:00): light rain, 4.2°C, feels like 0.5°C, humidity 81%, wind 15.1 km/h",
        "2026-11-21: light rain, 1.5 to 5°C, 2.5 mm (90% likely)",
        "2026-11-22: unknown sky, -2 to 1.25°C, ? mm (10% likely)",
        "Other places of that name: Berlin, New Hampshire, United States",
    ]


async def test_a_region_tells_namesakes_apart(server: WebServer, run_skill: RunSkill) -> None:
    """Behind a comma; units are the person's choice."""
    serve(server, PLACES.format("Berlin"), {"results": [dict(NAMESAKE), dict(BERLIN)]})
    imperial = "&temperature_unit=fahrenheit&wind_speed_unit=mph&precipitation_unit=inch"
    serve(server, f"{FORECAST}3{imperial}", ANSWER)

    result = await run_skill("weather", place="Berlin, germany", units="imperial")

    assert result.text.startswith("Berlin, State of Berlin, Germany (")
    assert "Other places" not in result.text


async def test_a_place_that_is_not_there_is_named(server: WebServer, run_skill: RunSkill) -> None:
    """By name, and by region."""
    serve(server, PLACES.format("Atlantis"), {"generationtime_ms": 0.5})
    serve(server, PLACES.format("Berlin"), {"results": [dict(BERLIN)]})

    nowhere = await run_skill("weather", place="Atlantis")
    elsewhere = await run_skill("weather", place="Berlin, France")

    assert nowhere.text == "unknown_place: no place 'Atlantis' was found"
    assert elsewhere.text.startswith("unknown_place: ")


@pytest.mark.parametrize(
    "nonsense", ["", "<html>", "[]", "{}", json.dumps({**ANSWER, "current": {"time": "now"}})]
)
async def test_nonsense_is_a_bad_answer(
    server: WebServer, run_skill: RunSkill, nonsense: str
) -> None:
    """What is no forecast is not told as one."""
    serve(server, PLACES.format("Berlin"), {"results": [dict(BERLIN)]})
    server.serve(f"{FORECAST}3", nonsense, content_type="application/json")

    result = await run_skill("weather", place="Berlin")

    assert result.text.startswith("bad_answer: ")
    assert not result.ok


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"error": true, "reason": "Daily limit exceeded."}', "http_429: Daily limit exceeded."),
        ("busy", "http_429: the service refused"),
    ],
)
async def test_a_refusal_is_told_with_its_reason(
    server: WebServer, run_skill: RunSkill, body: str, words: str
) -> None:
    """As far as there is one."""
    server.serve(PLACES.format("Berlin"), body, status=429)

    assert (await run_skill("weather", place="Berlin")).text == words


async def test_what_is_too_large_is_refused(server: WebServer, run_skill: RunSkill) -> None:
    """An answer has its bounds."""
    server.flood(PLACES.format("Berlin"))

    assert (await run_skill("weather", place="Berlin")).text.startswith("too_large: ")


async def test_arguments_are_checked(server: WebServer, run_skill: RunSkill) -> None:
    """Nobody is asked for what is no place."""
    no_place = await run_skill("weather", place="x")
    long_range = await run_skill("weather", place="Berlin", days=17)

    assert no_place.text.startswith("wrong arguments: place: ")
    assert long_range.text.startswith("wrong arguments: days: ")
    assert server.asked == []
