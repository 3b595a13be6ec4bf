"""`crewdesk init` makes a data directory, and overwrites nothing."""

import re
from pathlib import Path

import pytest

from gateway.app import read_settings
from gateway.cli.initialise import TEMPLATE, make_data_directory
from gateway.errors import StartupError


def test_new_directory_gets_a_file_that_changes_nothing(tmp_path: Path) -> None:
    """All of its settings are comments."""
    path = tmp_path / "deep" / "data"

    made = make_data_directory(path)

    assert made.is_new
    assert path.stat().st_mode & 0o777 == 0o700
    environ = {"CREWDESK_DATA_DIR": str(path)}
    assert read_settings(environ).http == read_settings({}).http


def test_every_setting_of_the_file_exists(tmp_path: Path) -> None:
    """What a person uncomments is understood."""
    uncommented = re.sub(r"^# ( *[a-z_]+:)", r"\1", TEMPLATE, flags=re.MULTILINE)
    (tmp_path / "crewdesk.yaml").write_text(re.sub(r"~/\S+", "key", uncommented))
    (tmp_path / "key").write_text("opens-nothing")

    settings = read_settings({"CREWDESK_DATA_DIR": str(tmp_path)})

    assert settings.model.name == "gpt-5.4-mini"
    assert settings.channels["telegram"].is_set_up


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    """It may hold an hour's work."""
    (tmp_path / "crewdesk.yaml").write_text("log: {level: debug}\n")

    made = make_data_directory(tmp_path)

    assert not made.is_new
    assert (tmp_path / "crewdesk.yaml").read_text() == "log: {level: debug}\n"


def test_a_place_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path) -> None:
    """One line with what to do."""
    (tmp_path / "file").touch()

    with pytest.raises(StartupError, match="name another one with CREWDESK_DATA_DIR"):
        make_data_directory(tmp_path / "file" / "data")
