"""What is set for Slack."""

from typing import Final, Self

from pydantic import SecretStr, model_validator

from channels.settings import ChannelSettings, WebAddress

CHANNEL: Final = "slack"


class SlackSettings(ChannelSettings):
    """The Slack app in Socket Mode; there is none without its two tokens."""

    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    api_base: WebAddress = "https://slack.com/api/"

    @model_validator(mode="after")
    def _tokens_come_together(self) -> Self:
        if (self.bot_token is None) != (self.app_token is None):
            raise ValueError(
                "Slack needs two tokens: set both CREWDESK_SLACK__BOT_TOKEN (xoxb-…) and "
                "CREWDESK_SLACK__APP_TOKEN (xapp-…), or neither"
            )
        return self

    @property
    def is_set_up(self) -> bool:
        """Whether there are tokens."""
        return self.bot_token is not None

    @property
    def bot_token_text(self) -> str:
        """The bot's token itself, empty where there is none."""
        return self.bot_token.get_secret_value() if self.bot_token is not None else ""

    @property
    def app_token_text(self) -> str:
        """The app-level token itself, empty where there is none."""
        return self.app_token.get_secret_value() if self.app_token is not None else ""
