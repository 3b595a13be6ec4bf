"""Settings that ask for parts which are not there."""

import pytest

from gateway.app import refuse_what_is_not_built
from gateway.config import load_settings
from gateway.errors import SettingsError


@pytest.mark.parametrize(
    "variables",
    [
        {"CREWDESK_SLACK__BOT_TOKEN": "xoxb-1", "CREWDESK_SLACK__APP_TOKEN": "xapp-1"},
        {"CREWDESK_DINGTALK__CLIENT_ID": "id", "CREWDESK_DINGTALK__CLIENT_SECRET": "secret"},
        {"CREWDESK_REDIS_URL": "redis://127.0.0.1"},
    ],
)
def test_a_part_that_is_not_built_is_refused(variables: dict[str, str]) -> None:
    """Silence would look like a bot that does not answer."""
    with pytest.raises(SettingsError, match=next(iter(variables))):
        refuse_what_is_not_built(load_settings(variables))
