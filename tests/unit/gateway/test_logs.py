"""What the log writes, and what it keeps to itself."""

import io
import json
import logging
from collections.abc import Iterator
from typing import NoReturn

import pytest
import structlog

from gateway.config import LogSettings
from gateway.config.sections import LogFormat, LogLevel
from gateway.logs import configure

TELEGRAM_TOKEN = "123456789:AAF" + "x" * 32


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Leave the process's logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail(text: str) -> NoReturn:
    """Raise an error with that text."""
    raise ValueError(text)


def json_log(*secrets: str, level: LogLevel = LogLevel.INFO) -> io.StringIO:
    """Configure a JSON log and return where it goes."""
    stream = io.StringIO()
    configure(LogSettings(format=LogFormat.JSON, level=level), secrets=secrets, stream=stream)
    return stream


def test_json_line_holds_event_fields_and_utc_time() -> None:
    """A machine can read each line: event, fields, level, logger, and an ISO time in UTC."""
    stream = json_log()

    structlog.get_logger("gateway.inbox").info("task_claimed", task_id="t1", attempt=2)

    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "task_claimed",
        "task_id": "t1",
        "attempt": 2,
        "level": "info",
        "logger": "gateway.inbox",
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"https://api.telegram.org/bot{TELEGRAM_TOKEN}/getMe", "https://api.telegram.org/bot"),
        (f"bot{TELEGRAM_TOKEN.replace(':', '%3A')}", "bot"),
        ("key sk-abcdefghijklmnop1234", "key "),
        ("xoxb-1234567890-abc and xapp-1-A0-1234567890", " and "),
        ("postgres://me:hunter2@db/crewdesk", "@db/crewdesk"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer "),
        ("https://oapi.dingtalk.com/robot/sendBySession?session=abcdef&x=1", "&x=1"),
    ],
)
def test_token_shapes_are_masked(text: str, kept: str) -> None:
    """What looks like a token is masked even if nobody declared it, and the rest stays."""
    stream = json_log()

    structlog.get_logger().info("called", url=text)

    written = json.loads(stream.getvalue())["url"]
    assert "***" in written
    assert kept in written
    assert not {"hunter2", "abc.def", "abcdef", TELEGRAM_TOKEN[-32:]} & set(
        written.replace("?", " ").replace("=", " ").split()
    )


def test_known_secrets_are_masked_everywhere() -> None:
    """A declared secret is masked in the event, in nested values, in objects and in tracebacks."""
    stream = json_log("s3cret/value")
    logger = structlog.get_logger()

    try:
        fail("s3cret/value")
    except ValueError as error:
        logger.exception("with s3cret/value", nested={"a": ["s3cret/value"]}, error=error)
    logger.info("quoted", url="https://x/?t=s3cret%2Fvalue")

    assert "s3cret" not in stream.getvalue()
    failed, quoted = map(json.loads, stream.getvalue().splitlines())
    assert (failed["event"], failed["nested"], failed["error"]) == (
        "with ***",
        {"a": ["***"]},
        "***",
    )
    assert failed["exception"].endswith("ValueError: ***")
    assert quoted["url"] == "https://x/?t=***"


def test_values_under_secret_names_are_masked() -> None:
    """A field that is called a token is masked, whatever it looks like; counts are not."""
    stream = json_log()

    structlog.get_logger().info("x", token="short", bot_token="b", input_tokens=3, token_count=4)

    line = json.loads(stream.getvalue())
    assert (line["token"], line["bot_token"]) == ("***", "***")
    assert (line["input_tokens"], line["token_count"]) == (3, 4)


def test_control_characters_cannot_forge_a_line() -> None:
    """A name with newline and escape sequences stays within its line, visibly."""
    stream = io.StringIO()
    configure(LogSettings(), stream=stream)

    structlog.get_logger().info("joined", name="eve\n2026 [info] all fine \x1b[2K\u202e\ud800")

    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()
    assert "x1b[2K" in line


def test_traceback_keeps_its_lines_on_the_console() -> None:
    """A traceback is readable, and its text cannot drive the terminal."""
    stream = io.StringIO()
    configure(LogSettings(), stream=stream)

    try:
        fail("\x1b[2K")
    except ValueError:
        structlog.get_logger().exception("failed")

    assert stream.getvalue().splitlines()[-1] == r"ValueError: \x1b[2K"


def test_standard_library_goes_the_same_way() -> None:
    """A library's own lines get the same form, and chatty ones speak from warning on."""
    stream = json_log("hunter2")

    logging.getLogger("some.library").info("password %s", "hunter2", extra={"n": 1})
    logging.getLogger("aiogram.event").info("update handled")
    logging.getLogger("aiogram.event").warning("trouble")

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("password ***", "info"),
        ("trouble", "warning"),
    ]
    assert lines[0]["n"] == 1


def test_level_is_respected_and_can_be_changed() -> None:
    """Configuring again replaces the former set-up, without doubling lines."""
    json_log(level=LogLevel.DEBUG)
    stream = json_log(level=LogLevel.WARNING)

    structlog.get_logger().info("hidden")
    structlog.get_logger().warning("seen")

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "seen"
