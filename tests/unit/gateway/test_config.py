"""What the settings are when nobody sets them, and where set values come from."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.app import read_settings
from gateway.config import Settings
from gateway.config.values import IdentityPattern
from gateway.errors import SettingsError


def load(directory: Path, text: str = "", **variables: str) -> Settings:
    """Load from a data directory whose `crewdesk.yaml` holds `text`."""
    (directory / "crewdesk.yaml").write_text(text)
    return read_settings({"CREWDESK_DATA_DIR": str(directory), **variables})


def test_documented_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any setting the defaults are those of the table in the documentation."""
    monkeypatch.chdir(tmp_path)

    settings = read_settings({})

    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url == f"sqlite://{tmp_path}/data/crewdesk.db"
    assert settings.redis_url is None
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert (settings.model.name, settings.model.api) == ("offline", "responses")
    assert (settings.model.api_key, settings.model.base_url) == (None, None)
    assert [name for name, section in settings.channels.items() if section.is_set_up] == [
        "terminal"
    ]
    assert (settings.access.admins, settings.access.members) == ((), ())
    assert (settings.log.format, settings.log.level) == ("console", "info")


def test_loading_makes_nothing(tmp_path: Path) -> None:
    """Neither the data directory nor anything in it is made by reading settings."""
    read_settings({"CREWDESK_DATA_DIR": str(tmp_path / "state")})

    assert list(tmp_path.iterdir()) == []


def test_only_the_given_environment_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's own variables are the command line's business to pass in."""
    monkeypatch.setenv("CREWDESK_LOG__LEVEL", "debug")

    assert load(tmp_path).log.level == "info"


def test_environment_wins_over_file(tmp_path: Path) -> None:
    """A variable beats the same key in the file, and leaves the file's other keys alone."""
    text = "log: {level: debug, format: json}\nworkers:\n  slots: 7\n"

    settings = load(tmp_path, text, CREWDESK_LOG__LEVEL="ERROR")

    assert (settings.log.level, settings.log.format) == ("error", "json")
    assert settings.workers.slots == 7


def test_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    """A compose file that passes an unset variable on as empty changes nothing."""
    settings = load(tmp_path, "log: {level: debug}", CREWDESK_LOG__LEVEL="", OPENAI_API_KEY="")

    assert settings.log.level == "debug"
    assert settings.model.name == "offline"


def test_key_alone_chooses_a_model(tmp_path: Path) -> None:
    """With a key and no name there is a model that is not the offline one."""
    settings = load(tmp_path, OPENAI_API_KEY="sk-1")

    assert settings.model.name.startswith("gpt-")


def test_own_server_needs_no_key(tmp_path: Path) -> None:
    """A base URL is enough for a named model, for many servers of one's own have no keys."""
    settings = load(
        tmp_path, "model: {name: local, api: chat}", OPENAI_BASE_URL="http://127.0.0.1:1/v1"
    )

    assert (settings.model.name, settings.model.api) == ("local", "chat")
    assert settings.model.base_url == "http://127.0.0.1:1/v1"


def test_lists_come_with_commas_or_from_yaml(tmp_path: Path) -> None:
    """A list is comma-separated in the environment and a list in the file."""
    text = "access:\n  members: ['terminal:U01', 'telegram:*']\n"

    settings = load(tmp_path, text, CREWDESK_ACCESS__ADMINS="telegram:1001, terminal:$:LW:1")

    assert settings.access.admins == (
        IdentityPattern(channel="telegram", sender_id="1001"),
        IdentityPattern(channel="terminal", sender_id="$:LW:1"),
    )
    assert settings.access.members[1].matches("telegram", "anybody")
    assert not settings.access.members[0].matches("telegram", "U01")


def test_secret_comes_from_a_file(tmp_path: Path) -> None:
    """A variable or a key that ends in _file names a file with the secret, without its newline."""
    (tmp_path / "token").write_text("1:telegram\n")
    (tmp_path / "key").write_text("sk-openai\n")
    text = "telegram: {token_file: token}"

    settings = load(tmp_path, text, OPENAI_API_KEY_FILE=str(tmp_path / "key"))

    assert settings.channels["telegram"].is_set_up
    assert settings.secret_values == {"1:telegram", "sk-openai"}


def test_printed_settings_hold_no_secret(tmp_path: Path) -> None:
    """Neither tokens nor a password in the database URL can be read from the printed settings."""
    settings = load(
        tmp_path,
        CREWDESK_TELEGRAM__TOKEN="1:telegram",
        CREWDESK_DATABASE_URL="postgres://me:pass%40word@db/crewdesk",
    )

    assert "telegram:" not in repr(settings)
    assert "pass" not in repr(settings)
    assert settings.secret_values >= {"1:telegram", "pass%40word", "pass@word"}


def test_database_url_is_kept_as_it_is(tmp_path: Path) -> None:
    """The URL reaches the database layer unchanged."""
    url = "postgres://me@db:5433/crewdesk?ssl=require"

    settings = load(tmp_path, f"database_url: {url}")

    assert settings.database_url == url
    assert urlsplit(settings.database_url).port == 5433


def test_pictures_go_to_openais_models_only_unless_told(tmp_path: Path) -> None:
    """Of a server of one's own nothing is known, and many refuse a request with a picture."""
    own = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "CREWDESK_MODEL__NAME": "local"}

    assert load(tmp_path, OPENAI_API_KEY="sk-1").model.takes_images
    assert not load(tmp_path, **own).model.takes_images
    assert load(tmp_path, **own, CREWDESK_MODEL__TAKES_IMAGES="true").model.takes_images


def test_transcription_is_off_until_it_is_set_up(tmp_path: Path) -> None:
    """A model and a server, or a key for OpenAI's own."""
    assert load(tmp_path).transcription.model == ""

    settings = load(
        tmp_path,
        "transcription: {model: whisper-1}",
        CREWDESK_TRANSCRIPTION__API_KEY="sk-ears",
    )

    assert settings.transcription.model == "whisper-1"
    assert "sk-ears" in settings.secret_values


@pytest.mark.parametrize(
    "text", ["transcription: {model: whisper-1}", "transcription: {base_url: 'http://h/v1'}"]
)
def test_half_of_a_transcription_is_refused(tmp_path: Path, text: str) -> None:
    """Else voice messages would stay files, and nobody would know why."""
    with pytest.raises(SettingsError, match="TRANSCRIPTION__"):
        load(tmp_path, text)
