"""One person's talk with the gateway: sends what they write, shows what the bot says."""

from contextlib import aclosing
from typing import assert_never

from channels.terminal.channel import ACCOUNT, CHANNEL_NAME
from channels.terminal.client import TerminalClient
from channels.terminal.frames import Accepted, Message, Preview, Refused, ServerFrame, Typing
from gateway.cli.display import Display
from gateway.cli.outcome import ExitCode
from gateway.cli.verdict import Verdict, verdict
from gateway.store import history
from gateway.store.database import Database
from gateway.store.history import Consequence
from gateway.store.outbox import OutboxState
from gateway.wakeup import Wakeup

ELSEWHERE = Verdict(
    code=ExitCode.FAILED,
    reason="the gateway here keeps another database: set CREWDESK_DATABASE_URL as it is set there",
)
LOOK_AGAIN_SECONDS = 1.0  # for what ends without a message, such as a task that was stopped


class Talk:
    """Run `listen` all the while, and call `ask` beside it, one message after the other."""

    def __init__(self, client: TerminalClient, database: Database, display: Display) -> None:
        self._client = client
        self._database = database
        self._display = display
        self._event_key = ""  # of the message that is being dealt with
        self._refusal = ""
        self._is_accepted = False
        self._shown: set[str] = set()
        self._news = Wakeup()

    async def listen(self) -> None:
        """Show what comes, until cancelled; raises `ChannelUnavailable`."""
        async with aclosing(self._client.frames()) as frames:
            async for frame in frames:
                await self._take(frame)

    async def ask(self, text: str) -> Verdict:
        """Send a message and return when it is dealt with, and all that was said about it shown.

        Raises:
            SendRejected: the text is too long.
            StoreUnavailableError: the record cannot be read.
        """
        self._refusal, self._is_accepted = "", False
        self._event_key = _event_key(await self._client.send(text))
        try:
            while (judged := await self._judge()) is None:
                await self._news.wait(LOOK_AGAIN_SECONDS)
        finally:
            self._event_key = ""
            self._display.clear()
        return judged

    async def _judge(self) -> Verdict | None:
        if self._refusal:
            return Verdict(code=ExitCode.FAILED, reason=self._refusal)
        is_accepted = self._is_accepted
        came = await self._consequence()
        if came is None:
            return ELSEWHERE if is_accepted else None
        judged = verdict(came, self._shown)
        if judged is not None:
            self._show_unseen(came)
        return judged

    def _show_unseen(self, came: Consequence) -> None:
        """Show what another terminal of this chat confirmed before we were connected."""
        for words in came.words:
            if words.state is OutboxState.SENT and words.outbox_id not in self._shown:
                self._shown.add(words.outbox_id)
                self._display.answer(words.text)

    async def _consequence(self) -> Consequence | None:
        event_key = self._event_key
        if not event_key:
            return None
        return await self._database.transact("look", lambda: history.consequence(event_key))

    async def _take(self, frame: ServerFrame) -> None:
        match frame:
            case Accepted():
                self._is_accepted = True
                self._news.call()
            case Refused(event_id=event_id, reason=reason):
                if _event_key(event_id) == self._event_key:
                    self._refusal = reason
                    self._news.call()
            case Message():
                await self._show(frame)
            case Preview(text=text):
                self._display.preview(text)
            case Typing():
                self._display.working()
            case _:
                assert_never(frame)

    async def _show(self, message: Message) -> None:
        came = await self._consequence()
        is_ours = came is not None and any(one.outbox_id == message.id for one in came.words)
        if message.id not in self._shown:
            self._shown.add(message.id)
            if is_ours:
                self._display.answer(message.text)
            else:
                self._display.aside(message.text)
        await self._client.shown(message)
        self._news.call()


def _event_key(event_id: object) -> str:
    """Return the key under which the gateway stores a terminal's message."""
    return f"{CHANNEL_NAME}:{ACCOUNT}:{event_id}"
