"""What people see while an answer is being written: a typing sign, then the growing text."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from channels.errors import SendError, SendFailed, SendRejected
from channels.message import ConversationAddress, OutboundMessage
from channels.protocol import Channel, EditsMessages, FindsSent, ShowsTyping, StreamsDrafts
from gateway.clock import Clock
from gateway.config.sections import DeliverySettings
from gateway.errors import StoreError
from gateway.governor import Governor
from gateway.roster import Roster
from gateway.store import message_ids, outbox
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.outbox import NewPart, OutboxKind, OutboxState, Outcome
from gateway.store.statement import Script

MOST_SHOWN = 6000  # characters; a preview is one message, and few platforms take more in one
TYPING_INTERVAL = 4.0  # seconds; Telegram shows the sign for five
LAST_CALL_SECONDS = 10.0  # how long the last call of a preview may hold up the answer
PREVIEW_KEPT = timedelta(days=1)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What previews need of the gateway."""

    database: Database
    clock: Clock
    governor: Governor
    roster: Roster
    settings: DeliverySettings


class AnswerPreview:
    """Shows one task's answer while it grows; implements the agent loop's `Report`.

    Nothing depends on it: a preview that cannot be shown is left out. Its one message is stored
    before it is sent, so that the final answer replaces it even after a crash.
    """

    def __init__(self, stage: Stage, task_id: UUID, talk: Conversation, known: str) -> None:
        self._stage = stage
        self._task_id = task_id
        self._talk = talk
        self._message_id = known  # of a preview that an earlier attempt sent
        self._is_hidden = False
        self._text = ""
        self._shown = ""
        self._done = asyncio.Event()

    def text(self, delta: str) -> None:
        """Take the next piece of the answer."""
        self._text += delta

    def restarted(self) -> None:
        """Forget the pieces: the answer begins again."""
        self._text = ""

    @property
    def shown(self) -> str:
        """What a person was shown so far, as CommonMark."""
        return self._shown

    def finish(self) -> None:
        """Show nothing more; `run` returns soon."""
        self._done.set()

    async def stand(self) -> None:
        """Let what is shown stand as a message of its own, whole: a question comes below it."""
        address = self._talk.address
        channel = self._stage.roster.find(address.channel)
        is_shown = bool(self._message_id and self._text.strip())
        if channel is None or not is_shown or self._stage.governor.penalty(address):
            return
        if not isinstance(channel, EditsMessages):
            return
        message = replace(self._message(await self._fitting()), is_growing=False)
        try:
            async with asyncio.timeout(LAST_CALL_SECONDS):
                await channel.edit(self._message_id, message)
        except (SendError, TimeoutError) as error:
            self._hold_back(error)

    def retire(self, _: datetime) -> Script[None]:
        """Store that the answer is not to replace what was shown, but to come below it."""
        outcome = Outcome(
            state=OutboxState.EXPIRED,
            platform_message_id=self._message_id,
            error="a question came below it",
        )
        yield from outbox.close_preview(self._part().outbox_id, outcome)

    async def run(self) -> None:
        """Show what there is until `finish`."""
        channel = self._stage.roster.find(self._talk.address.channel)
        if channel is None:
            return
        if await self._is_done_within(self._stage.settings.preview_after_seconds):
            return
        next_typing = 0.0
        while True:
            try:
                next_typing = await self._show(channel, next_typing)
            except (SendError, StoreError, TimeoutError) as error:
                self._hold_back(error)
            if await self._is_done_within(self._stage.settings.preview_interval_seconds):
                return

    async def _is_done_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            return False
        return True

    async def _show(self, channel: Channel, next_typing: float) -> float:
        """Show the text if it grew, else that somebody is at work; return when to show that."""
        if self._text.strip() and not self._is_hidden:
            if isinstance(channel, StreamsDrafts):
                await self._draft(channel)
                return next_typing
            if isinstance(channel, EditsMessages):
                await self._grow(channel, channel)
                return next_typing
        moment = self._stage.clock.monotonic()
        if isinstance(channel, ShowsTyping) and moment >= next_typing:
            if not self._stage.governor.penalty(self._talk.address):
                async with asyncio.timeout(LAST_CALL_SECONDS):
                    await channel.show_typing(self._talk.address)
            return moment + TYPING_INTERVAL
        return next_typing

    async def _draft(self, channel: StreamsDrafts) -> None:
        address = self._talk.address
        if self._text == self._shown or not self._stage.governor.admits_progress(address):
            return
        self._shown = self._text
        async with asyncio.timeout(LAST_CALL_SECONDS):
            await channel.show_draft(address, str(self._task_id), self._shown)

    async def _grow(self, channel: Channel, editor: EditsMessages) -> None:
        text = await self._fitting()
        if text == self._shown or not self._stage.governor.admits_progress(self._talk.address):
            return
        if self._message_id:
            async with asyncio.timeout(LAST_CALL_SECONDS):
                await editor.edit(self._message_id, self._message(text))
            self._shown = text
        else:
            await self._send_first(channel, text)

    async def _fitting(self) -> str:
        """Return what of the text fits one message."""
        parts = await asyncio.to_thread(
            self._stage.roster.split, self._talk.address, self._text[:MOST_SHOWN]
        )
        return parts[0] if parts else ""

    async def _send_first(self, channel: Channel, text: str) -> None:
        database, conversation_id = self._stage.database, self._talk.conversation_id
        if await database.transact("is_lane_open", lambda: outbox.has_open(conversation_id)):
            return  # an earlier answer goes first
        message = self._message(text)
        last = await database.transact(
            "last_id", lambda: message_ids.last_known_id(conversation_id)
        )
        anchor = channel.anchor(message, last) if isinstance(channel, FindsSent) else ""
        row = await database.transact(
            "begin_preview",
            lambda: outbox.begin_preview(self._part(), anchor, self._stage.clock.now()),
        )
        # An earlier attempt sent one whose id is not known, and the final finds it; or it stands.
        if row is None:
            self._is_hidden = True
            return
        try:
            self._message_id = await channel.send(message)
        except (SendFailed, SendRejected):
            await self._close(row, Outcome(state=OutboxState.EXPIRED, error="not sent"))
            raise
        self._shown = text
        await self._close(
            row, Outcome(state=OutboxState.SENT, platform_message_id=self._message_id)
        )

    async def _close(self, row: UUID, outcome: Outcome) -> None:
        await self._stage.database.transact(
            "close_preview", lambda: outbox.close_preview(row, outcome)
        )

    def _hold_back(self, error: SendError | StoreError | TimeoutError) -> None:
        if isinstance(error, SendFailed):
            self._stage.governor.penalise(self._talk.address, error.retry_after)
        else:
            self._is_hidden = True
        logger.info("preview_held_back", task_id=str(self._task_id), error=str(error))

    def _part(self) -> NewPart:
        return NewPart(
            part_key=outbox.preview_key(self._task_id),
            kind=OutboxKind.PREVIEW,
            conversation_id=self._talk.conversation_id,
            channel=self._talk.address.channel,
            part_no=0,
            text="",
            task_id=self._task_id,
            expires_at=self._stage.clock.now() + PREVIEW_KEPT,
        )

    def _message(self, text: str) -> OutboundMessage:
        address: ConversationAddress = self._talk.address
        return OutboundMessage(
            outbox_id=outbox.preview_key(self._task_id),
            conversation=address,
            text=text,
            is_growing=True,
        )
