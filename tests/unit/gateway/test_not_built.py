"""Settings that ask for parts which are not there."""

import pytest

from gateway.app import read_settings, refuse_what_is_not_built
from gateway.errors import SettingsError


@pytest.mark.parametrize(
    "variables",
    [
        {"CREWDESK_REDIS_URL": "redis://127.0.0.1"},
    ],
)
def test_a_part_that_is_not_built_is_refused(variables: dict[str, str]) -> None:
    """Silence would look like a bot that does not answer."""
    with pytest.raises(SettingsError, match=next(iter(variables))):
        refuse_what_is_not_built(read_settings(variables))
