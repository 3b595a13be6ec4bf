"""What must be set for Slack."""

import pytest
from pydantic import SecretStr, ValidationError

from channels.slack.settings import SlackSettings

BOT = SecretStr("xoxb-1")
APP = SecretStr("xapp-1")


def test_without_tokens_there_is_no_slack() -> None:
    """Nothing is set up, and nothing is wrong."""
    assert not SlackSettings().is_set_up
    assert SlackSettings().bot_token_text == ""


def test_both_tokens_set_it_up() -> None:
    """They are read as they are."""
    settings = SlackSettings(bot_token=BOT, app_token=APP)
    assert settings.is_set_up
    assert (settings.bot_token_text, settings.app_token_text) == ("xoxb-1", "xapp-1")
    assert "xoxb-1" not in repr(settings)


@pytest.mark.parametrize(("bot", "app"), [(BOT, None), (None, APP)])
def test_one_token_alone_is_refused(bot: SecretStr | None, app: SecretStr | None) -> None:
    """The error names both settings."""
    with pytest.raises(ValidationError, match="CREWDESK_SLACK__APP_TOKEN"):
        SlackSettings(bot_token=bot, app_token=app)
