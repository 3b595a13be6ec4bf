"""The access token: fetched once for all who need it, kept until shortly before it expires."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from channels.dingtalk.http import REQUEST_SECONDS, Answer, Http, RequestError
from channels.dingtalk.refusals import is_rate_limit, is_refused_for_good, wait_of
from channels.dingtalk.settings import DingtalkSettings
from channels.errors import ChannelUnavailable

CREDENTIALS_REFUSED: Final = (
    "refused: set CREWDESK_DINGTALK__CLIENT_ID and CREWDESK_DINGTALK__CLIENT_SECRET to what the"
    " app's page Credentials & Basic Info shows"
)
TOKEN_HEADER: Final = "x-acs-dingtalk-access-token"  # noqa: S105 - the header's name

_RENEWED_BEFORE: Final = timedelta(minutes=5)
_SOON: Final = timedelta(seconds=5)


class AccessTokens:
    """The app's access token, which DingTalk gives for two hours.

    Source: https://open.dingtalk.com/document/orgapp/obtain-the-access_token-of-an-internal-app
    """

    def __init__(
        self,
        http: Http,
        settings: DingtalkSettings,
        now: Callable[[], datetime],
        *,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._http = http
        self._settings = settings
        self._now = now
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._token = ""
        self._good_until = now()

    async def get(self) -> str:
        """Return a token that is good now.

        Raises:
            ChannelUnavailable: there is none; for good where the id or secret is refused.
        """
        async with self._lock:
            if not self._token or self._now() >= self._good_until:
                await self._fetch()
            return self._token

    def forget(self, token: str) -> None:
        """Let the next `get` fetch another one, unless that has happened already."""
        if token == self._token:
            self._token = ""

    async def _fetch(self) -> None:
        body = {"appKey": self._settings.id_text, "appSecret": self._settings.secret_text}
        url = f"{self._settings.api_base.rstrip('/')}/v1.0/oauth2/accessToken"
        try:
            answer = await self._http.ask("POST", url, body, seconds=self._seconds)
        except RequestError as error:
            raise ChannelUnavailable(str(error), retry_after=_SOON) from error
        token, seconds = answer.text("accessToken"), answer.number("expireIn")
        if not answer.is_ok or not token or seconds is None:
            raise _refused(answer)
        self._token = token
        self._good_until = self._now() + timedelta(seconds=seconds) - _RENEWED_BEFORE


def _refused(answer: Answer) -> ChannelUnavailable:
    if is_rate_limit(answer):
        return ChannelUnavailable(answer.reason, retry_after=wait_of(answer))
    if is_refused_for_good(answer):
        return ChannelUnavailable(CREDENTIALS_REFUSED)
    return ChannelUnavailable(f"DingTalk gives no access token: {answer.reason}", retry_after=_SOON)
