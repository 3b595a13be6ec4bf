"""What is said about wrong settings: one line each, what is wrong and what to do."""

from pathlib import Path

import pytest

from gateway.app import read_settings
from gateway.errors import SettingsError


def problems(directory: Path, text: str = "", **variables: str) -> tuple[str, ...]:
    """Load wrong settings and return what was said about them."""
    (directory / "crewdesk.yaml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_settings({"CREWDESK_DATA_DIR": str(directory), **variables})
    assert not [line for line in caught.value.problems if "\n" in line]
    return caught.value.problems


def test_unknown_variable_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt variable is an error that names it and the one that was meant."""
    (line,) = problems(tmp_path, CREWDESK_TELEGRM__TOKEN="1:x", HOME="/root")

    expected = "CREWDESK_TELEGRM__TOKEN is unknown: did you mean CREWDESK_TELEGRAM__TOKEN?"
    assert line == f"the variable {expected}"


def test_lower_case_variable_is_not_silently_ignored(tmp_path: Path) -> None:
    """A variable in the wrong case would have no effect, so it is an error."""
    (line,) = problems(tmp_path, crewdesk_log__level="debug")

    assert "did you mean CREWDESK_LOG__LEVEL?" in line


def test_the_test_suites_own_switches_are_no_settings(tmp_path: Path) -> None:
    """A gateway that a test starts inherits the suite's variables and starts all the same."""
    settings = read_settings({"CREWDESK_DATA_DIR": str(tmp_path), "CREWDESK_TEST_REQUIRE_ALL": "1"})

    assert settings.data_dir == tmp_path


@pytest.mark.parametrize(
    ("text", "unknown", "nearest"),
    [
        ("logg: {level: debug}", "logg", "log.level"),
        ("log: {levle: debug}", "log.levle", "log.level"),
        ("telegram: {tokn_file: x}", "telegram.tokn_file", "telegram.token_file"),
        ("log: {level_file: x}", "log.level_file", "log.level"),
    ],
)
def test_unknown_key_names_the_nearest(
    tmp_path: Path, text: str, unknown: str, nearest: str
) -> None:
    """A misspelt key of the file is an error that names it and the one that was meant."""
    (line,) = problems(tmp_path, text)

    assert line == f"the key {unknown} in crewdesk.yaml is unknown: did you mean {nearest}?"


def test_unknown_name_that_is_like_no_other_names_none(tmp_path: Path) -> None:
    """Advice that leads somewhere else is worse than none."""
    lines = problems(tmp_path, "nosuch: 1", CREWDESK_NOSUCH="1")

    assert [line.partition(" is unknown: ")[2] for line in lines] == ["remove it", "remove it"]


def test_section_that_is_no_section_is_named(tmp_path: Path) -> None:
    """A value where keys belong is not an unknown key."""
    (line,) = problems(tmp_path, "http: 5")

    assert line == "http in crewdesk.yaml must hold keys, such as `http: {host: …}`"


def test_secret_in_the_file_is_refused(tmp_path: Path) -> None:
    """A secret does not belong into a file that is shared; its value is not repeated."""
    (line,) = problems(tmp_path, "telegram: {token: 1:hidden}")

    assert line.startswith("telegram.token in crewdesk.yaml is a secret: set")
    assert "CREWDESK_TELEGRAM__TOKEN" in line
    assert "telegram.token_file: PATH" in line
    assert "hidden" not in line


def test_password_in_a_url_of_the_file_is_refused(tmp_path: Path) -> None:
    """A database URL with a password is a secret like any other."""
    (line,) = problems(tmp_path, "database_url: postgres://me:hidden@db/crewdesk")

    assert "set CREWDESK_DATABASE_URL in the environment" in line
    assert "hidden" not in line


def test_data_dir_in_the_file_comes_too_late(tmp_path: Path) -> None:
    """The file lies in the data directory, so it cannot say where that is."""
    (line,) = problems(tmp_path, "data_dir: /elsewhere")

    assert "set CREWDESK_DATA_DIR instead" in line


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    """Nobody has to start the gateway once per mistake."""
    lines = problems(tmp_path, "logg: 1\nhttp: {token: t}", CREWDESK_X="1", CREWDESK_Y="1")

    assert len(lines) == 4


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("", {"CREWDESK_HTTP__PORT": "http"}, "CREWDESK_HTTP__PORT is wrong: input should be"),
        ("http: {port: 70000}", {}, "http.port in crewdesk.yaml is wrong: input should be less"),
        ("log: {level: loud}", {}, "log.level in crewdesk.yaml is wrong: input should be 'debug'"),
        ("", {"CREWDESK_ACCESS__ADMINS": "mail:1"}, "names no channel: write one of"),
        (
            "",
            {"CREWDESK_ACCESS__MEMBERS": "terminal:"},
            "'terminal:' names nobody: write terminal:ID",
        ),
        ("", {"CREWDESK_DATABASE_URL": "mysql://h/d"}, "write sqlite://PATH or postgres://"),
        ("", {"CREWDESK_TELEGRAM__API_BASE": "localhost:1"}, "write a full address, such as"),
        ("inbox: {lease_seconds: .inf}", {}, "inbox.lease_seconds in crewdesk.yaml is wrong"),
        ("skills: {allowed_hosts: [1]}", {}, "skills.allowed_hosts in crewdesk.yaml is wrong"),
        ("", {"CREWDESK_SKILLS__ALLOWED_HOSTS": "nas:80,printer"}, "'printer' is no HOST:PORT"),
        ("", {"CREWDESK_SKILLS__ALLOWED_HOSTS": "http://nas:80"}, "is no HOST:PORT"),
        ("", {"CREWDESK_SKILLS__ALLOWED_HOSTS": "nas:http"}, "is no HOST:PORT"),
    ],
)
def test_wrong_value_names_its_place(
    tmp_path: Path, text: str, variables: dict[str, str], expected: str
) -> None:
    """A wrong value is named by the variable or the key that it was set with."""
    (line,) = problems(tmp_path, text, **variables)

    assert expected in line


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"CREWDESK_HTTP__HOST": "0.0.0.0"}, "set CREWDESK_HTTP__TOKEN"),  # noqa: S104 - is refused
        ({"CREWDESK_HTTP__HOST": "example.org"}, "set CREWDESK_HTTP__TOKEN"),
        ({"CREWDESK_MODEL__NAME": "gpt-x"}, "needs OPENAI_API_KEY"),
    ],
)
def test_settings_must_fit_together(
    tmp_path: Path, variables: dict[str, str], expected: str
) -> None:
    """Settings that need one another are refused alone, with the way out."""
    (line,) = problems(tmp_path, **variables)

    assert expected in line


def test_open_host_with_a_token_is_allowed(tmp_path: Path) -> None:
    """Other machines may be let in once there is authentication."""
    settings = read_settings(
        {
            "CREWDESK_DATA_DIR": str(tmp_path),
            "CREWDESK_HTTP__HOST": "0.0.0.0",  # noqa: S104 - that is the point
            "CREWDESK_HTTP__TOKEN": "long-and-random",
        }
    )

    assert settings.http.host == "0.0.0.0"  # noqa: S104 - that is the point


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe", b"x" * 100_000])
def test_unusable_secret_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A secret file that is missing, empty or no secret is named together with its setting."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)

    (line,) = problems(tmp_path, CREWDESK_TELEGRAM__TOKEN_FILE=str(path))

    assert line.startswith(f"CREWDESK_TELEGRAM__TOKEN_FILE names {path}")


def test_secret_and_its_file_are_not_both_taken(tmp_path: Path) -> None:
    """Two sources for one secret in the environment are an error, for one would be ignored."""
    (line,) = problems(
        tmp_path, CREWDESK_TELEGRAM__TOKEN="1:x", CREWDESK_TELEGRAM__TOKEN_FILE="/token"
    )

    assert "both set: unset one" in line


@pytest.mark.parametrize(
    "text", ["log: [", "log: {level: 'x}", "- a\n- b", "\x01", "log: !!x/y {}"]
)
def test_broken_file_is_one_line(tmp_path: Path, text: str) -> None:
    """A file that is no YAML, or no mapping, is named in one line without its content."""
    (line,) = problems(tmp_path, text)

    assert line.startswith(str(tmp_path / "crewdesk.yaml"))
