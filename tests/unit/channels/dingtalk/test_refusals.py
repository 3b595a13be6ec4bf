"""What DingTalk's answers mean for a message; the codes are from its documentation."""

from datetime import timedelta

import pytest

from channels.dingtalk.http import Answer
from channels.dingtalk.refusals import TokenRefused, refusal, webhook_refusal
from channels.errors import MessageGone, SendError, SendFailed, SendRejected, SendUnknown


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "Forbidden.AccessDenied.QpsLimitForApi", SendFailed),
        (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", SendFailed),
        (429, "", SendFailed),
        (401, "InvalidAuthentication", TokenRefused),
        (400, "InvalidAuthentication", TokenRefused),
        (500, "system.busy", SendFailed),
        (500, "unknownError", SendUnknown),
        (502, "", SendUnknown),
        (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", SendRejected),
        (400, "resource.not.found", SendRejected),
        (400, "param.cardNotExist", MessageGone),
    ],
)
def test_an_answer_of_the_open_api_is_told_apart(
    status: int, code: str, expected: type[SendError]
) -> None:
    """By its status and its code, never by its words."""
    answer = Answer(status=status, body={"code": code, "message": "words"})
    assert type(refusal(answer)) is expected


def test_a_good_answer_is_no_refusal() -> None:
    """Neither of the open API nor of a webhook."""
    assert refusal(Answer(status=200, body={})) is None
    assert webhook_refusal(Answer(status=200, body={"errcode": 0})) is None


def test_a_waiting_time_that_is_told_is_kept() -> None:
    """Otherwise it is the second over which DingTalk counts."""
    body = {"code": "Forbidden.AccessDenied.QpsLimitForApi"}
    told = refusal(Answer(status=403, body=body, retry_after_seconds=7))
    untold = refusal(Answer(status=403, body=body))
    assert isinstance(told, SendFailed)
    assert isinstance(untold, SendFailed)
    assert told.retry_after == timedelta(seconds=7)
    assert untold.retry_after == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [(130101, SendFailed), (-1, SendFailed), (300001, SendRejected), (None, SendUnknown)],
)
def test_an_answer_of_a_webhook_is_told_apart(
    errcode: int | None, expected: type[SendError]
) -> None:
    """It says 200 whatever happened; a page of a proxy's says nothing at all."""
    answer = Answer(status=200, body={"errcode": errcode, "errmsg": "words"})
    assert type(webhook_refusal(answer)) is expected
