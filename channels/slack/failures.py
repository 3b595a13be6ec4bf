"""What a failed request to Slack means for a message, and for the connection; pure."""

from datetime import timedelta
from typing import Final

from channels.errors import (
    ChannelError,
    ChannelUnavailable,
    MessageGone,
    SendError,
    SendFailed,
    SendRejected,
    SendUnknown,
)

UNTOLD_RETRY: Final = timedelta(seconds=5)  # where Slack refuses for now and names no time
MENDABLE_RETRY: Final = timedelta(minutes=1)  # where a person can mend what is refused

_BOT_TOKEN: Final = "CREWDESK_SLACK__BOT_TOKEN"  # noqa: S105 - the setting's name
_APP_TOKEN: Final = "CREWDESK_SLACK__APP_TOKEN"  # noqa: S105 - the setting's name

# The words are those that each method's page lists under "Errors", such as
# https://docs.slack.dev/reference/methods/chat.postMessage#errors
_FOR_NOW: Final = frozenset(
    {"ratelimited", "rate_limited", "accesslimited", "team_added_to_org", "org_login_required"}
)
_MENDABLE: Final = frozenset(
    {"invalid_auth", "not_authed", "token_expired", "missing_scope", "not_allowed_token_type"}
)
# Some of these say themselves that the operation may have succeeded in part.
_UNCLEAR: Final = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "duplicate_message_not_found",
    }
)
_GONE: Final = frozenset({"message_not_found", "cant_update_message"})
_MARKUP: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "invalid_arguments", "msg_blocks_too_long"}
)
_ACCOUNT: Final = frozenset({"account_inactive", "token_revoked", "team_access_not_granted"})


class CallFailed(ChannelError):  # noqa: N818 - named for what happened
    """A request to Slack's Web API that was not answered with `ok`.

    `code` is Slack's word for the reason, empty where Slack did not answer. `was_sent` tells
    whether Slack may have acted on it. `retry_after` is Slack's own waiting time.
    """

    def __init__(
        self,
        reason: str,
        *,
        code: str = "",
        was_sent: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.was_sent = was_sent
        self.retry_after = retry_after


class MarkupRefused(SendRejected):
    """Slack does not take the blocks."""


class Refused(SendRejected):
    """Slack refuses for good; `code` is its word for the reason."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


def refusal(code: str, retry_after: timedelta | None = None) -> CallFailed:
    """Return the failure that an answer of Slack's stands for."""
    was_sent = code in _UNCLEAR
    return CallFailed(f"Slack: {code}", code=code, was_sent=was_sent, retry_after=retry_after)


def send_error(failure: CallFailed) -> SendError:
    """Tell what a failed request means for the message."""
    if failure.was_sent:
        return SendUnknown(failure.reason)
    if failure.retry_after is not None:
        return SendFailed(failure.reason, retry_after=failure.retry_after)
    if not failure.code:
        return SendFailed(failure.reason)
    return _refused(failure)


def _refused(failure: CallFailed) -> SendError:
    """Tell apart what Slack refuses for now, for these tokens, in this form, and for good."""
    match failure.code:
        case code if code in _FOR_NOW:
            return SendFailed(failure.reason, retry_after=UNTOLD_RETRY)
        case code if code in _MENDABLE:
            return SendFailed(failure.reason, retry_after=MENDABLE_RETRY)
        case code if code in _GONE:
            return MessageGone(failure.reason)
        case code if code in _MARKUP:
            return MarkupRefused(failure.reason)
        case code:
            return Refused(failure.reason, code)


def unavailable(failure: CallFailed, *, is_app_token: bool) -> ChannelUnavailable | None:
    """Tell what a person must do before Slack can be used; None where waiting will do."""
    setting = _APP_TOKEN if is_app_token else _BOT_TOKEN
    if failure.code == "missing_scope":
        scope = "connections:write" if is_app_token else "those of docs/slack.md"
        return ChannelUnavailable(
            f"Slack says that a permission is missing: give the token of {setting} the scopes it"
            f" needs ({scope}) and install the app again"
        )
    if failure.code in _ACCOUNT:
        return ChannelUnavailable(
            f"Slack refuses the app ({failure.code}): install it in the workspace again and set"
            f" {setting} to its new token"
        )
    if failure.code in _MENDABLE:
        page = "Basic Information, App-Level Tokens" if is_app_token else "OAuth & Permissions"
        return ChannelUnavailable(
            f"Slack refuses the token ({failure.code}): set {setting} to the one that the app's"
            f" page shows under {page}"
        )
    return None
