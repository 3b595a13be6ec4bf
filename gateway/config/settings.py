"""`Settings`: everything that can be set, once it is known to be right."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, create_model, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.settings import ChannelSettings
from gateway.config.sections import (
    AccessSettings,
    DeliverySettings,
    FileSettings,
    HttpSettings,
    InboxSettings,
    LogSettings,
    ModelSettings,
    ScheduleSettings,
    SkillSettings,
    ToolSettings,
    TranscriptionSettings,
    WorkerSettings,
)
from gateway.config.values import DatabaseUrl, RedisUrl
from skills.values import SkillValues

ENV_PREFIX = "CREWDESK_"
ENV_DELIMITER = "__"


def resolved(path: Path) -> Path:
    """Make a path independent of the working directory; `~` is the user's home."""
    return path.expanduser().absolute()


def _sqlite_in_data_dir(known: dict[str, Path]) -> str:
    return f"sqlite://{known['data_dir'] / 'crewdesk.db'}"


class Settings(BaseSettings):
    """All settings; never changed once made.

    Made by `load_settings` only, which adds the channels' sections to the fields: the bare
    constructor would read the process's environment and would not notice unknown variables.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=ENV_DELIMITER,
        enable_decoding=False,  # lists are comma-separated, not JSON
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    data_dir: Annotated[Path, AfterValidator(resolved)] = Path("data")
    # repr=False: these two may carry a password.
    database_url: DatabaseUrl = Field(default_factory=_sqlite_in_data_dir, repr=False)
    redis_url: RedisUrl | None = Field(default=None, repr=False)
    http: HttpSettings = HttpSettings()
    model: ModelSettings = ModelSettings()
    access: AccessSettings = AccessSettings()
    log: LogSettings = LogSettings()
    inbox: InboxSettings = InboxSettings()
    delivery: DeliverySettings = DeliverySettings()
    files: FileSettings = FileSettings()
    transcription: TranscriptionSettings = TranscriptionSettings()
    tools: ToolSettings = ToolSettings()
    skills: SkillSettings = SkillSettings()
    workers: WorkerSettings = WorkerSettings()
    schedules: ScheduleSettings = ScheduleSettings()
    skill_settings: SkillValues = Field(default=SkillValues(), repr=False)

    @property
    def channels(self) -> Mapping[str, ChannelSettings]:
        """The settings of each channel, by its name."""
        return {name: value for name, value in self if isinstance(value, ChannelSettings)}

    @model_validator(mode="after")
    def _access_names_channels(self) -> Self:
        names = list(self.channels)
        for pattern in (*self.access.admins, *self.access.members):
            if pattern.channel not in names:
                entry = f"{pattern.channel}:{pattern.sender_id}"
                raise ValueError(
                    f"{entry!r} in CREWDESK_ACCESS__ADMINS or CREWDESK_ACCESS__MEMBERS names no "
                    f"channel: write one of {', '.join(names)} first"
                )
        return self

    @property
    def secret_values(self) -> frozenset[str]:
        """Every secret as text, for the log to mask."""
        sections = (value for _, value in self if isinstance(value, BaseModel))
        fields = (value for section in sections for _, value in section)
        secrets = {value.get_secret_value() for value in fields if isinstance(value, SecretStr)}
        passwords = {urlsplit(url).password for url in (self.database_url, self.redis_url) if url}
        known = {password for password in passwords if password}
        unquoted = {unquote(password) for password in known}
        return frozenset(secrets | known | unquoted | self.skill_settings.texts())


def with_channels(sections: Mapping[str, type[ChannelSettings]]) -> type[Settings]:
    """Return the class of all settings, those of the channels included, by channel name."""
    fields: dict[str, Any] = {name: (section, section()) for name, section in sections.items()}
    return create_model("Settings", __base__=Settings, **fields)
