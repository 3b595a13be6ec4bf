"""What is set for Telegram."""

from typing import Final

from pydantic import SecretStr

from channels.settings import ChannelSettings, WebAddress

CHANNEL: Final = "telegram"


class TelegramSettings(ChannelSettings):
    """The Telegram bot; there is none without a token."""

    token: SecretStr | None = None
    api_base: WebAddress = "https://api.telegram.org"

    @property
    def is_set_up(self) -> bool:
        """Whether there is a token."""
        return self.token is not None

    @property
    def token_text(self) -> str:
        """The token itself, empty where there is none."""
        return self.token.get_secret_value() if self.token is not None else ""
