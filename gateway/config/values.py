"""The kinds of value that settings are made of, each checked when it is read."""

from dataclasses import dataclass
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPattern:
    """Whom an entry of an access list means; `sender_id` is `*` for everyone on the channel."""

    channel: str
    sender_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `channel:id` or `channel:*`; raises ValueError with a sentence for a person."""
        channel, _, sender_id = text.partition(":")
        if not channel:
            raise ValueError(f"{text!r} names no channel: write CHANNEL:ID")
        if not sender_id or any(character.isspace() for character in sender_id):
            raise ValueError(f"{text!r} names nobody: write {channel}:ID, or {channel}:* for all")
        return cls(channel=channel, sender_id=sender_id)

    def matches(self, channel: str, sender_id: str) -> bool:
        """Say whether that sender is meant."""
        return self.channel == channel and self.sender_id in {"*", sender_id}


def has_password(url: str) -> bool:
    """Say whether a URL carries a password, which makes it a secret."""
    try:
        return urlsplit(url).password is not None
    except ValueError:  # no URL at all
        return False


def _split_at_commas(value: object) -> object:
    # The environment has no lists; YAML has, and passes through to be checked as it is.
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _parse_identity(value: object) -> object:
    if isinstance(value, str):
        return IdentityPattern.parse(value)
    raise ValueError(f"{value!r} is no text: write 'channel:ID' in quotes")


def _check_host_and_port(value: str) -> str:
    try:
        address = urlsplit(f"//{value}")
        if address.hostname and address.port and address.netloc == value:
            return value
    except ValueError:  # the port is no number
        pass
    raise ValueError(f"{value!r} is no HOST:PORT: write it like 192.168.1.5:8080")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _check_database_url(value: str) -> str:
    if urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql", "asyncpg"}:
        raise ValueError("write sqlite://PATH or postgres://USER@HOST/NAME")
    return value


def _check_redis_url(value: str) -> str:
    if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("write redis://HOST:PORT/NUMBER")
    return value


def _check_time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError) as error:
        raise ValueError(f"{value!r} is no time zone: write it like Europe/Berlin") from error
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(_split_at_commas)]
Identity = Annotated[IdentityPattern, BeforeValidator(_parse_identity)]
Identities = Annotated[tuple[Identity, ...], BeforeValidator(_split_at_commas)]
Lower = BeforeValidator(_lower)
HostAndPort = Annotated[str, AfterValidator(_check_host_and_port)]
HostsAndPorts = Annotated[tuple[HostAndPort, ...], BeforeValidator(_split_at_commas)]
DatabaseUrl = Annotated[str, AfterValidator(_check_database_url)]
RedisUrl = Annotated[str, AfterValidator(_check_redis_url)]
TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
