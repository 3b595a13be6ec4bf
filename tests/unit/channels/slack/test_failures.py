"""What Slack's refusals mean."""

from datetime import timedelta

import pytest

from channels.errors import MessageGone, SendError, SendFailed, SendRejected, SendUnknown
from channels.slack.failures import (
    CallFailed,
    MarkupRefused,
    refusal,
    send_error,
    unavailable,
)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ratelimited", SendFailed),
        ("token_expired", SendFailed),
        ("internal_error", SendUnknown),
        ("fatal_error", SendUnknown),
        ("message_not_found", MessageGone),
        ("invalid_blocks", MarkupRefused),
        ("channel_not_found", SendRejected),
        ("is_archived", SendRejected),
        ("account_inactive", SendRejected),
        ("a_word_of_next_year", SendRejected),
    ],
)
def test_each_refusal_tells_what_may_be_done(code: str, error: type[SendError]) -> None:
    """What is not known to pass is final: Slack says that it did not act."""
    assert isinstance(send_error(refusal(code)), error)


def test_slacks_own_waiting_time_counts() -> None:
    """It is passed on as it is."""
    error = send_error(refusal("ratelimited", timedelta(seconds=31)))
    assert isinstance(error, SendFailed)
    assert error.retry_after == timedelta(seconds=31)


def test_a_request_that_never_left_may_be_tried_at_once() -> None:
    """Nobody has heard of it."""
    assert isinstance(send_error(CallFailed("no network")), SendFailed)
    assert isinstance(send_error(CallFailed("cut", was_sent=True)), SendUnknown)


@pytest.mark.parametrize(
    ("code", "is_app_token", "told"),
    [
        ("invalid_auth", False, "CREWDESK_SLACK__BOT_TOKEN"),
        ("invalid_auth", True, "App-Level Tokens"),
        ("missing_scope", True, "connections:write"),
        ("account_inactive", False, "install it"),
    ],
)
def test_what_only_a_person_can_mend_is_said(code: str, *, is_app_token: bool, told: str) -> None:
    """The sentence names the setting or the page."""
    error = unavailable(refusal(code), is_app_token=is_app_token)
    assert error is not None
    assert error.retry_after is None
    assert told in error.reason


def test_passing_trouble_needs_nobody() -> None:
    """The channel waits it out."""
    assert unavailable(refusal("internal_error"), is_app_token=True) is None
    assert unavailable(CallFailed("no network"), is_app_token=False) is None
