"""A transcription server on loopback, as the openai package calls it."""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request: the model that was asked for, and the sound file as it came."""

    model: str
    name: str
    data: bytes
    authorization: str


class SpeechServer:
    """Answers every sound with `text`, or with `status` and an error where that is not 200.

    `body` is an answer that is not the API's; one that `is_silent` answers nothing.
    """

    def __init__(
        self,
        text: str = "",
        *,
        status: int = 200,
        body: str | None = None,
        is_silent: bool = False,
    ) -> None:
        self._is_silent = is_silent
        self.text = text
        self.status = status
        self.body = body
        self.heard: list[Heard] = []
        self.base_url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/audio/transcriptions", self._transcribe)
        # A client that goes away cancels the handler, so that a silent one ends with its test.
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _transcribe(self, request: web.Request) -> web.Response:
        if self._is_silent:
            await asyncio.Event().wait()
        form = await request.post()
        sound = form["file"]
        if not isinstance(sound, web.FileField):
            return web.json_response({"error": {"message": "no file"}}, status=400)
        self.heard.append(
            Heard(
                model=str(form["model"]),
                name=sound.filename,
                data=sound.file.read(),
                authorization=request.headers.get("Authorization", ""),
            )
        )
        if self.body is not None:
            return web.Response(text=self.body, content_type="application/json")
        if self.status != web.HTTPOk.status_code:
            return web.json_response({"error": {"message": "not now"}}, status=self.status)
        return web.json_response({"text": self.text})
