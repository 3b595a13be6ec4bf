"""The sections of the settings, with their defaults and what must fit together."""

from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from channels.settings import WebAddress
from gateway.config.values import (
    Count,
    HostsAndPorts,
    Identities,
    Lower,
    Names,
    Seconds,
    TimeZone,
)

OFFLINE_MODEL = "offline"
DEFAULT_MODEL = "gpt-5.4-mini"  # used when there is a key and no name: small, cheap, calls tools


class ModelApi(StrEnum):
    """Which of a provider's interfaces is spoken."""

    RESPONSES = "responses"
    CHAT = "chat"


class LogFormat(StrEnum):
    """Who reads the log: a person or a machine."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important event that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Section(BaseModel):
    """One group of settings; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _default_model(known: dict[str, object]) -> str:
    return DEFAULT_MODEL if known.get("api_key") else OFFLINE_MODEL


def _reads_pictures(known: dict[str, object]) -> bool:
    # OpenAI's models all do; of a server of one's own nothing is known, and many refuse.
    return known.get("base_url") is None


class ModelSettings(Section):
    """Which model answers; key and base URL are `OPENAI_API_KEY` and `OPENAI_BASE_URL`."""

    api_key: SecretStr | None = None
    base_url: WebAddress | None = None
    name: str = Field(default_factory=_default_model, min_length=1)
    api: ModelApi = ModelApi.RESPONSES
    fallbacks: Names = ()  # model ids, tried in this order when `name` cannot answer
    timeout_seconds: Seconds = 120.0
    max_output_tokens: Count | None = None
    context_tokens: Count = 128_000
    takes_images: bool = Field(default_factory=_reads_pictures)

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        # A server of one's own needs no key, so a base URL is enough.
        if self.name != OFFLINE_MODEL and not (self.api_key or self.base_url):
            raise ValueError(
                f"the model {self.name!r} needs OPENAI_API_KEY (or OPENAI_BASE_URL of your own "
                f"server): set it, or set CREWDESK_MODEL__NAME to {OFFLINE_MODEL}"
            )
        return self


class AccessSettings(Section):
    """Who is let in before anybody has been paired."""

    admins: Identities = ()
    members: Identities = ()


class LogSettings(Section):
    """How the log is written to standard error."""

    format: Annotated[LogFormat, Lower] = LogFormat.CONSOLE
    level: Annotated[LogLevel, Lower] = LogLevel.INFO


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name: it may mean any machine
        return False


class HttpSettings(Section):
    """Where the gateway listens; port 0 lets the system choose one."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=0, le=65_535)
    token: SecretStr | None = None

    @model_validator(mode="after")
    def _is_guarded(self) -> Self:
        if self.token is None and not _is_loopback(self.host):
            raise ValueError(
                f"CREWDESK_HTTP__HOST {self.host!r} can be reached from other machines: set "
                "CREWDESK_HTTP__TOKEN to a long random text, or set the host to 127.0.0.1"
            )
        return self


class BusyMode(StrEnum):
    """What becomes of messages that come while their conversation is being worked on."""

    COLLECT = "collect"  # the next task answers all of them together
    QUEUE = "queue"  # each is answered by itself, one after the other
    STEER = "steer"  # the running task is told of them at its next step
    INTERRUPT = "interrupt"  # the running task is stopped, and work begins anew


class InboxSettings(Section):
    """How much waits, how long a claim holds, and how the gateway stops."""

    lease_seconds: Seconds = 60.0
    waiting_per_lane: Count = 20
    waiting_total: Count = 10_000
    max_barren_attempts: Count = 5  # attempts in a row that recorded no new step
    concurrency: Count = 32  # tasks running at once
    busy_mode: Annotated[BusyMode, Lower] = BusyMode.COLLECT  # until `/queue` says otherwise
    debounce_seconds: float = Field(default=0.0, ge=0, le=60)  # an idle conversation waits so long
    stop_seconds: Seconds = 20.0  # what running tasks get to finish at shutdown


class DeliverySettings(Section):
    """How long an answer is worth sending, and how a growing one is shown."""

    reply_ttl_seconds: Seconds = 3600.0
    notice_ttl_seconds: Seconds = 600.0
    preview_after_seconds: Seconds = 1.0
    preview_interval_seconds: Seconds = 1.5
    show_seen: bool = False  # by a reaction, where the platform has reactions


class FileSettings(Section):
    """How large files may be, how many are kept, and how long an answer waits for them."""

    max_mb: Count = 50  # of one file, in or out
    total_mb: Count = 10_240  # of all files that were received; the oldest go first
    wait_seconds: Seconds = 60.0  # what a task waits for its files before it begins without them
    sent_days: Count = 7  # after that the copies of files that were sent are removed


class TranscriptionSettings(Section):
    """What turns voice messages into text; without a model it is off."""

    base_url: WebAddress | None = None
    api_key: SecretStr | None = None
    model: str = ""
    timeout_seconds: Seconds = 30.0

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if self.model and not (self.api_key or self.base_url):
            raise ValueError(
                "the transcription model needs CREWDESK_TRANSCRIPTION__BASE_URL or "
                "CREWDESK_TRANSCRIPTION__API_KEY: set one of them, or unset the model"
            )
        if not self.model and (self.api_key or self.base_url):
            raise ValueError(
                "set CREWDESK_TRANSCRIPTION__MODEL too, such as whisper-1: without a model "
                "voice messages are not transcribed"
            )
        return self


class ToolSettings(Section):
    """What the primitive tools may use up."""

    bash_timeout_seconds: Seconds = 120.0
    bash_memory_mb: Count = 2048


class SkillSettings(Section):
    """What a skill may use up, which hosts it may reach, and which skills there are."""

    timeout_seconds: Seconds = 60.0
    memory_mb: Count = 1024
    allowed_hosts: HostsAndPorts = ()
    approved_only: bool = False  # of those in the data directory, only what an admin approved


class WorkerSettings(Section):
    """How many jobs one worker does at once."""

    slots: Count = 4


class ScheduleSettings(Section):
    """The zone of people who have set none, and how many schedules a person may have."""

    time_zone: TimeZone = "UTC"
    per_person: Count = 50
