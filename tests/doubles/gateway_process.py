"""The gateway as a real process, which a test can start, kill, freeze and read the log of."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp

UP: Final = (sys.executable, "-m", "gateway", "up")
PATIENCE_SECONDS: Final = 60.0  # the client library of Telegram alone takes some to import
STOP_SECONDS: Final = 25.0  # the gateway itself stops within 20
LOOK_AGAIN_SECONDS: Final = 0.02

_CHECKOUT: Final = Path(__file__).parents[2]
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "TMPDIR")  # nothing of what the developer has set

LogLine = Mapping[str, object]


class GatewayProcess:
    """One gateway process in a group of its own, on one data directory; may be started again.

    ```python
    async with GatewayProcess(tmp_path, {"CREWDESK_MODEL__NAME": "offline"}) as gateway:
        await gateway.kill()
        await gateway.start()
    ```
    """

    def __init__(
        self,
        data_dir: Path,
        environment: Mapping[str, str] | None = None,
        *,
        command: Sequence[str] = UP,
        code: Path = _CHECKOUT,
    ) -> None:
        self.data_dir = data_dir
        self.url = ""
        self._command = tuple(command)
        self._code = code
        self._environment = {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "CREWDESK_DATA_DIR": str(data_dir),
            "CREWDESK_HTTP__PORT": "0",
            "CREWDESK_LOG__FORMAT": "json",
            "PYTHONPATH": str(code),
            **(environment or {}),
        }
        # Beside the data directory, which may be too small or too full for a log.
        self._log = data_dir.with_name(f"{data_dir.name}.log")
        self._output = data_dir.with_name(f"{data_dir.name}.out")
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        """Start, and wait until it is ready."""
        try:
            await self.start()
        except BaseException:
            await self.kill()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill what is left."""
        await self.kill()

    @property
    def pid(self) -> int:
        """The id of the process, which is that of its group too."""
        return self._running().pid

    @property
    def environment(self) -> Mapping[str, str]:
        """What the process is started with; for commands that shall talk to it."""
        return self._environment

    @property
    def log_text(self) -> str:
        """All that it wrote to standard error, over all starts."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def output_text(self) -> str:
        """All that it wrote to standard output, over all starts."""
        return self._output.read_text() if self._output.exists() else ""

    def log(self, event: str) -> list[LogLine]:
        """Return the log lines of one event, in order; what is still being written is left out."""
        whole, _, _ = self.log_text.rpartition("\n")
        lines = (line for line in whole.split("\n") if line.startswith("{"))
        read: list[LogLine] = [json.loads(line) for line in lines]
        return [line for line in read if line.get("event") == event]

    async def start(self, *, until: str = "/readyz") -> None:
        """Start, and wait until `until` is answered with 200: `/healthz` is so at once.

        Raises:
            AssertionError: it ended, or was not ready in time; the message holds its log.
        """
        self.launch()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as http:
                while not await self._answers(http, until):
                    self._check_alive()
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
        except TimeoutError:
            raise AssertionError(f"not ready in time:\n{self.log_text}") from None

    def launch(self) -> None:
        """Start, and wait for nothing."""
        if self._process is not None and self._process.poll() is None:
            raise RuntimeError("it is running already")
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        self.url = ""
        with self._log.open("ab") as log, self._output.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                self._command,
                cwd=self._code,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,
            )

    async def kill(self) -> None:
        """End the whole group at once, as a power cut would; harmless where nothing runs."""
        if self._process is None:
            return
        self._signal_group(signal.SIGKILL)
        await self.wait()

    async def terminate(self) -> int:
        """Ask it to stop, as an init system does; returns the exit code."""
        self._running().terminate()
        return await self.wait()

    async def wait(self, timeout_seconds: float = STOP_SECONDS) -> int:
        """Wait until it has ended and return the exit code, negative for a signal.

        Raises:
            subprocess.TimeoutExpired: it did not end.
        """
        return await asyncio.to_thread(self._running().wait, timeout_seconds)

    def freeze(self) -> None:
        """Stop the process in its tracks, as a suspended machine does."""
        self._signal_group(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self._signal_group(signal.SIGCONT)

    async def wait_for_log(self, event: str, timeout_seconds: float = PATIENCE_SECONDS) -> LogLine:
        """Wait until the log has a line of this event, and return the last one."""
        await self.eventually(
            lambda: bool(self.log(event)), f"the log has {event}", timeout_seconds
        )
        return self.log(event)[-1]

    async def eventually(
        self, holds: Callable[[], bool], what: str, timeout_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Wait for something that the process does and that tells nobody: it has to be looked for.

        Raises:
            AssertionError: it never held; the message holds the log.
        """
        until = time.monotonic() + timeout_seconds
        while not holds():
            if time.monotonic() > until:
                raise AssertionError(f"not in {timeout_seconds} s: {what}\n{self.log_text}")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("it was never started")
        return self._process

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._running().pid, number)
        except ProcessLookupError:
            return  # it has ended by itself

    def _check_alive(self) -> None:
        code = self._running().poll()
        if code is not None:
            raise AssertionError(f"it ended with {code}:\n{self.output_text}\n{self.log_text}")

    def _announced(self) -> str:
        """Return the URL that this very process has announced, empty until then."""
        try:
            read = json.loads((self.data_dir / "gateway.json").read_text())
        except FileNotFoundError:
            return ""
        return str(read["url"]) if read["pid"] == self.pid else ""

    async def _answers(self, http: aiohttp.ClientSession, path: str) -> bool:
        self.url = self.url or self._announced()
        if not self.url:
            return False
        try:
            async with http.get(self.url + path) as response:
                return response.status == HTTPStatus.OK
        except aiohttp.ClientConnectionError:
            return False
