"""What DingTalk's refusals mean for a message."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from channels.dingtalk.http import Answer, NeverLeftError, RequestError
from channels.errors import MessageGone, SendError, SendFailed, SendRejected, SendUnknown

TOKEN_CODES: Final = frozenset({"InvalidAuthentication", "invalidAuthentication", "40014", "88"})
"""The access token is not valid (any more); another one helps."""

CREDENTIAL_CODES: Final = frozenset({"invalidClientIdOrSecret", "authFailed", "40089", "40096"})
"""The app's id or secret is wrong."""

_RATE_WORDS: Final = ("QpsLimit", "Throttling", "tooFast", "too.fast", "send.too")
_RATE_ERRCODES: Final = frozenset({90002, 90018, 130101, 410100})
_BUSY_CODES: Final = frozenset({"system.busy", "ServiceUnavailable"})
_CARD_GONE: Final = "param.cardNotExist"
_QPS_WINDOW: Final = timedelta(seconds=1)
_WEBHOOK_WINDOW: Final = timedelta(minutes=1)
_FRESH_TOKEN: Final = timedelta(seconds=1)


class TokenRefused(SendFailed):
    """The access token is refused: forget it; the next try gets another one."""


def unanswered(error: RequestError) -> SendError:
    """Return what a request without an answer means."""
    if isinstance(error, NeverLeftError):
        return SendFailed(str(error), retry_after=_QPS_WINDOW)
    return SendUnknown(str(error))


def is_refused_for_good(answer: Answer) -> bool:
    """Tell whether the app's id or secret is what DingTalk refuses."""
    code = answer.text("code") or str(answer.number("errcode"))
    return code in CREDENTIAL_CODES or answer.status == HTTPStatus.UNAUTHORIZED


def is_rate_limit(answer: Answer) -> bool:
    """Tell whether DingTalk asks to wait.

    Codes: https://open.dingtalk.com/document/orgapp/invocation-frequency-limit; the windows are of
    one second, those of the webhooks of a minute.
    """
    code = answer.text("code")
    is_told = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    return is_told or any(word in code for word in _RATE_WORDS)


def wait_of(answer: Answer) -> timedelta:
    """Return how long a rate limit lasts."""
    seconds = answer.retry_after_seconds
    return _QPS_WINDOW if seconds is None else timedelta(seconds=seconds)


def refusal(answer: Answer) -> SendError | None:
    """Return what an answer of the open API means; None where it did as asked."""
    if answer.is_ok:
        return None
    code = answer.text("code")
    if is_rate_limit(answer):
        return SendFailed(answer.reason, retry_after=wait_of(answer))
    if code in TOKEN_CODES or answer.status == HTTPStatus.UNAUTHORIZED:
        return TokenRefused(answer.reason, retry_after=_FRESH_TOKEN)
    if code in _BUSY_CODES:
        return SendFailed(answer.reason, retry_after=_QPS_WINDOW)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendUnknown(answer.reason)
    return MessageGone(answer.reason) if code == _CARD_GONE else SendRejected(answer.reason)


def webhook_refusal(answer: Answer) -> SendError | None:
    """Return what an answer of a session webhook means; None where the message is shown.

    Codes: https://open.dingtalk.com/document/orgapp/custom-robot-access (section on errors).
    """
    if not answer.is_ok:
        return refusal(answer)
    errcode = answer.number("errcode")
    if errcode == 0:
        return None
    if errcode is None:
        return SendUnknown("the webhook's answer is not DingTalk's")
    if errcode in _RATE_ERRCODES:
        return SendFailed(answer.reason, retry_after=_WEBHOOK_WINDOW)
    if errcode == -1:
        return SendFailed(answer.reason, retry_after=_QPS_WINDOW)
    return SendRejected(answer.reason)
