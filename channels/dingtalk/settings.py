"""What is set for DingTalk."""

from typing import Self

from pydantic import SecretStr, model_validator

from channels.settings import ChannelSettings, WebAddress


class DingtalkSettings(ChannelSettings):
    """The DingTalk app in Stream mode; there is none without id and secret."""

    client_id: str | None = None
    client_secret: SecretStr | None = None
    api_base: WebAddress = "https://api.dingtalk.com"

    @model_validator(mode="after")
    def _id_and_secret_come_together(self) -> Self:
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError(
                "DingTalk needs an id and a secret: set both CREWDESK_DINGTALK__CLIENT_ID and "
                "CREWDESK_DINGTALK__CLIENT_SECRET, or neither"
            )
        return self

    @property
    def is_set_up(self) -> bool:
        """Whether there are id and secret."""
        return self.client_id is not None
