"""Calls of DingTalk's open API in the app's name."""

from datetime import timedelta
from typing import Final

from channels.dingtalk.http import REQUEST_SECONDS, Answer, Http, RequestError
from channels.dingtalk.payload import JsonObject
from channels.dingtalk.refusals import TokenRefused, refusal, unanswered
from channels.dingtalk.settings import DingtalkSettings
from channels.dingtalk.tokens import TOKEN_HEADER, AccessTokens
from channels.errors import ChannelUnavailable, SendFailed

_REFUSED_CREDENTIALS_RETRY: Final = timedelta(minutes=1)


class OpenApi:
    """The open API, with an access token on each call; nothing is tried twice."""

    def __init__(self, http: Http, tokens: AccessTokens, settings: DingtalkSettings) -> None:
        self._http = http
        self._tokens = tokens
        self._base = settings.api_base.rstrip("/")

    async def token(self) -> str:
        """Return the access token, for requests that carry it elsewhere than in the header.

        Raises:
            SendFailed: there is none.
        """
        try:
            return await self._tokens.get()
        except ChannelUnavailable as error:
            wait = error.retry_after or _REFUSED_CREDENTIALS_RETRY
            raise SendFailed(error.reason, retry_after=wait) from error

    def forget(self, token: str) -> None:
        """Take note that a token was refused."""
        self._tokens.forget(token)

    async def call(
        self, method: str, path: str, body: JsonObject, *, seconds: float = REQUEST_SECONDS
    ) -> Answer:
        """Make a call and return its answer, which is not a refusal.

        Raises:
            SendError: DingTalk refuses, or there was no answer.
        """
        token = await self.token()
        headers = {TOKEN_HEADER: token}
        try:
            answer = await self._http.ask(
                method, f"{self._base}{path}", body, headers=headers, seconds=seconds
            )
        except RequestError as error:
            raise unanswered(error) from error
        refused = refusal(answer)
        if isinstance(refused, TokenRefused):
            self.forget(token)
        if refused is not None:
            raise refused
        return answer
