"""What all channels' settings have in common."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict


class ChannelSettings(BaseModel):
    """One channel's settings: each field is `CREWDESK_<CHANNEL>__<FIELD>` and a key in YAML.

    An unknown key is an error. A secret is a `SecretStr`; it is masked in logs and may come from a
    file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @property
    def is_set_up(self) -> bool:
        """Whether the channel shall run."""
        return True


def _check_web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write a full address, such as https://example.org")
    return value


WebAddress = Annotated[str, AfterValidator(_check_web_address)]
