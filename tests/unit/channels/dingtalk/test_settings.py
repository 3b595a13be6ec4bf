"""What can be set for DingTalk."""

from pathlib import Path

import pytest

from channels.dingtalk.settings import DingtalkSettings
from gateway.app import read_settings
from gateway.config import Settings
from gateway.errors import SettingsError


def loaded(directory: Path, **variables: str) -> Settings:
    """Return what a gateway with these variables is told."""
    prefixed = {f"CREWDESK_DINGTALK__{name}": value for name, value in variables.items()}
    return read_settings({"CREWDESK_DATA_DIR": str(directory), **prefixed})


def section(settings: Settings) -> DingtalkSettings:
    """Return DingTalk's part."""
    found = settings.channels["dingtalk"]
    assert isinstance(found, DingtalkSettings)
    return found


def test_without_an_id_there_is_no_robot(tmp_path: Path) -> None:
    """The gateway runs without DingTalk."""
    assert not section(loaded(tmp_path)).is_set_up


@pytest.mark.parametrize("only", ["CLIENT_ID", "CLIENT_SECRET"])
def test_id_and_secret_belong_together(tmp_path: Path, only: str) -> None:
    """One without the other is a mistake that names both."""
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, **{only: "x"})
    (line,) = caught.value.problems
    assert "CREWDESK_DINGTALK__CLIENT_ID" in line
    assert "CREWDESK_DINGTALK__CLIENT_SECRET" in line


def test_the_robots_code_is_the_client_id_unless_it_is_set(tmp_path: Path) -> None:
    """As it is for every app of today."""
    app = {"CLIENT_ID": "dingapp", "CLIENT_SECRET": "secret"}
    assert section(loaded(tmp_path, **app)).robot == "dingapp"
    assert section(loaded(tmp_path, **app, ROBOT_CODE="dingrobot")).robot == "dingrobot"


def test_the_secret_is_masked(tmp_path: Path) -> None:
    """It is in nothing that is printed."""
    settings = section(loaded(tmp_path, CLIENT_ID="dingapp", CLIENT_SECRET="opens-all"))
    assert settings.secret_text == "opens-all"
    assert "opens-all" not in repr(settings)
