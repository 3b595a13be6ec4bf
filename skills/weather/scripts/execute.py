"""The weather at a place, from Open-Meteo (https://open-meteo.com/en/docs)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, Field, JsonValue, ValidationError

from skills.errors import HttpError, SkillFailure
from skills.result import SkillContext
from skills.runtime import Runtime

CANDIDATES: Final = 10
MAX_NAMESAKES: Final = 4
DEFAULT_DAYS: Final = 3
MAX_ANSWER_BYTES: Final = 256 * 1024
ANSWER_TIMEOUT: Final = timedelta(seconds=10)
HTTP_ERROR: Final = 400
VARIABLES: Final = "CREWDESK_SKILL_SETTINGS__WEATHER__"
CURRENT: Final = (
    "temperature_2m,apparent_temperature,relative_humidity_2m,weather_code,wind_speed_10m"
)
DAILY: Final = (
    "weather_code,temperature_2m_min,temperature_2m_max,precipitation_sum,"
    "precipitation_probability_max"
)
IMPERIAL: Final = {
    "temperature_unit": "fahrenheit",
    "wind_speed_unit": "mph",
    "precipitation_unit": "inch",
}
# https://open-meteo.com/en/docs#weather_variable_documentation: WMO's interpretation codes.
SKY: Final = {
    0: "clear", 1: "mainly clear", 2: "partly cloudy", 3: "overcast", 45: "fog", 48: "rime fog",
    51: "light drizzle", 53: "drizzle", 55: "dense drizzle", 56: "freezing drizzle",
    57: "dense freezing drizzle", 61: "light rain", 63: "rain", 65: "heavy rain",
    66: "freezing rain", 67: "heavy freezing rain", 71: "light snow", 73: "snow",
    75: "heavy snow", 77: "snow grains", 80: "light showers", 81: "showers",
    82: "violent showers", 85: "snow showers", 86: "heavy snow showers", 95: "thunderstorm",
    96: "thunderstorm with hail", 99: "thunderstorm with heavy hail",
}  # fmt: skip

Name = Annotated[str, Field(max_length=200)]


class Place(BaseModel):
    """Where a name leads to."""

    name: Name
    latitude: float
    longitude: float
    country: Name = ""
    admin1: Name = ""

    @property
    def words(self) -> str:
        """The name with region and country."""
        return ", ".join(dict.fromkeys(it for it in (self.name, self.admin1, self.country) if it))


class Places(BaseModel):
    """What the place search answers; without `results` it found nothing."""

    results: list[Place] = []


class Current(BaseModel):
    """The weather now."""

    time: Name
    temperature_2m: float
    apparent_temperature: float
    relative_humidity_2m: float
    weather_code: int
    wind_speed_10m: float


class Daily(BaseModel):
    """One list for each variable, a value a day; what is not known is None."""

    time: list[Name]
    weather_code: list[int | None]
    temperature_2m_min: list[float | None]
    temperature_2m_max: list[float | None]
    precipitation_sum: list[float | None]
    precipitation_probability_max: list[float | None]


class Forecast(BaseModel):
    """What the forecast answers; the units stand beside the values."""

    timezone: Name
    current_units: dict[str, str]
    current: Current
    daily_units: dict[str, str]
    daily: Daily


class Refusal(BaseModel):
    """What comes with an error status."""

    reason: Annotated[str, Field(max_length=500)]


Answer = TypeVar("Answer", bound=BaseModel)


async def execute(ctx: SkillContext, params: Mapping[str, JsonValue], runtime: Runtime) -> str:
    """Find the place, then its weather."""
    wanted = str(params["place"])
    language = ctx.language.partition("-")[0].lower() or "en"
    first, *others = await _places(wanted, language, runtime)
    forecast = await _forecast(first, params, runtime)
    lines = [f"{first.words} ({forecast.timezone})", _now(forecast), *_days(forecast)]
    if others:
        namesakes = "; ".join(place.words for place in others[:MAX_NAMESAKES])
        lines.append(f"Other places of that name: {namesakes}")
    return "\n".join(lines)


async def _places(wanted: str, language: str, runtime: Runtime) -> list[Place]:
    """Return the places of a name, the likeliest first; after a comma stands where it lies."""
    name, _, region = wanted.partition(",")
    query = {"name": name.strip(), "count": CANDIDATES, "language": language, "format": "json"}
    found = (await _get("geocoding_url", f"/v1/search?{urlencode(query)}", Places, runtime)).results
    region = region.strip().casefold()
    there = [place for place in found if region in place.words.casefold()]
    if not there:
        raise SkillFailure("unknown_place", f"no place '{wanted}' was found")
    return there


async def _forecast(place: Place, params: Mapping[str, JsonValue], runtime: Runtime) -> Forecast:
    query = {
        "latitude": f"{place.latitude:.4f}",
        "longitude": f"{place.longitude:.4f}",
        "current": CURRENT,
        "daily": DAILY,
        "timezone": "auto",
        "forecast_days": str(params.get("days", DEFAULT_DAYS)),
        **(IMPERIAL if params.get("units") == "imperial" else {}),
    }
    path = f"/v1/forecast?{urlencode(query, safe=',')}"
    return await _get("forecast_url", path, Forecast, runtime)


async def _get(setting: str, path: str, kind: type[Answer], runtime: Runtime) -> Answer:
    """Fetch JSON of one kind from the server that a setting names.

    Raises:
        SkillFailure: the service refused, or what it sent is something else.
    """
    url = f"{runtime.settings[setting].rstrip('/')}{path}"
    try:
        response = await runtime.http.get(url, max_bytes=MAX_ANSWER_BYTES, timeout=ANSWER_TIMEOUT)
    except HttpError as error:
        another = f"{error.message} ({VARIABLES}{setting.upper()} can name another server)"
        raise SkillFailure(error.code, another) from error
    if response.status >= HTTP_ERROR:
        try:
            reason = Refusal.model_validate_json(response.text).reason
        except ValidationError:
            reason = "the service refused"
        raise SkillFailure(f"http_{response.status}", reason)
    try:
        return kind.model_validate_json(response.text)
    except ValidationError as error:
        raise SkillFailure("bad_answer", "what came is no answer of Open-Meteo's") from error


def _now(forecast: Forecast) -> str:
    now, units = forecast.current, forecast.current_units
    degrees = units.get("temperature_2m", "")
    return (
        f"Now ({now.time}): {_sky(now.weather_code)}, {now.temperature_2m:g}{degrees}, feels like "
        f"{now.apparent_temperature:g}{degrees}, humidity {now.relative_humidity_2m:g}%, wind "
        f"{now.wind_speed_10m:g} {units.get('wind_speed_10m', '')}"
    )


def _days(forecast: Forecast) -> list[str]:
    daily, units = forecast.daily, forecast.daily_units
    degrees = units.get("temperature_2m_max", "")
    rows = zip(
        daily.time,
        daily.weather_code,
        daily.temperature_2m_min,
        daily.temperature_2m_max,
        daily.precipitation_sum,
        daily.precipitation_probability_max,
        strict=False,  # a list that came too short costs the days that it lacks
    )
    return [
        f"{day}: {_sky(code)}, {_value(low)} to {_value(high)}{degrees}, "
        f"{_value(rain)} {units.get('precipitation_sum', '')} ({_value(chance)}% likely)"
        for day, code, low, high, rain, chance in rows
    ]


def _sky(code: int | None) -> str:
    return "unknown sky" if code is None else SKY.get(code, f"weather code {code}")


def _value(number: float | None) -> str:
    return "?" if number is None else f"{number:g}"
