"""Settings of skills, from `crewdesk.yaml` and the environment."""

from pathlib import Path

import pytest

from gateway.app import read_settings
from gateway.errors import SettingsError

PREFIX = "CREWDESK_SKILL_SETTINGS__"


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """Return variables that name a data directory of this test."""
    return {"CREWDESK_DATA_DIR": str(tmp_path), **more}


def test_values_come_from_file_environment_and_secret_files(tmp_path: Path) -> None:
    """Any name is taken; what did not stand in the settings file is secret, and masked."""
    (tmp_path / "key").write_text("from-a-file\n")
    (tmp_path / "crewdesk.yaml").write_text(
        "skill_settings:\n  web-search: {searxng_url: 'http://x', count: 3, brave_key_file: key}\n"
    )

    settings = read_settings(environment(tmp_path, **{f"{PREFIX}WEATHER__TOKEN": "variable"}))

    values = settings.skill_settings
    assert values.plain == {"web_search": {"searxng_url": "http://x", "count": "3"}}
    assert values.secret == {
        "web_search": {"brave_key": "from-a-file"},
        "weather": {"token": "variable"},
    }
    assert {"from-a-file", "variable"} <= settings.secret_values
    assert "variable" not in repr(settings)


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the file of `crewdesk init` proposes it, for skills and for everything else."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "key").write_text("of-the-home")
    (tmp_path / "crewdesk.yaml").write_text(
        "skill_settings: {a: {b_file: ~/key}}\nhttp: {token_file: ~/key}\n"
    )

    settings = read_settings(environment(tmp_path))

    assert settings.skill_settings.secret == {"a": {"b": "of-the-home"}}
    assert settings.http.token is not None
    assert settings.http.token.get_secret_value() == "of-the-home"


def test_a_variable_may_name_a_file(tmp_path: Path) -> None:
    """As for every secret."""
    (tmp_path / "key").write_text("quiet")
    variable = f"{PREFIX}WEB_SEARCH__BRAVE_KEY_FILE"

    settings = read_settings(environment(tmp_path, **{variable: str(tmp_path / "key")}))

    assert settings.skill_settings.secret == {"web_search": {"brave_key": "quiet"}}


@pytest.mark.parametrize(
    ("yaml", "variables", "words"),
    [
        ("skill_settings: 5\n", {}, "skill_settings must hold the names of skills"),
        ("skill_settings: {a: 5}\n", {}, "skill_settings.a must hold names and values"),
        ("skill_settings: {a: {b: [1]}}\n", {}, "skill_settings.a.b must be a text or a number"),
        ("skill_settings: {a: {b_file: none}}\n", {}, "skill_settings.a.b_file names"),
        ("", {f"{PREFIX}ALONE": "x"}, "names no setting of a skill"),
        ("", {f"{PREFIX}A__B_FILE": "/nowhere"}, "A__B_FILE names /nowhere"),
    ],
)
def test_mistakes_are_named(
    tmp_path: Path, yaml: str, variables: dict[str, str], words: str
) -> None:
    """A line each."""
    (tmp_path / "crewdesk.yaml").write_text(yaml)

    with pytest.raises(SettingsError) as raised:
        read_settings(environment(tmp_path, **variables))

    assert words in " ".join(raised.value.problems)
