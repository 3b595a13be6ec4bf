"""One attempt to deliver one part: what to call, and what its outcome means.

`sending` is stored before the call. What happens then decides whether anything may be sent again:
an edit is harmless when repeated; a send whose outcome is unknown is looked up first.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from channels.errors import (
    ChannelError,
    LookupInconclusive,
    MessageGone,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from channels.message import OutboundFile, OutboundMessage
from channels.protocol import (
    Channel,
    EditsMessages,
    FindsSent,
    FindsSentFiles,
    SendsFiles,
)
from gateway.clock import Clock
from gateway.errors import StoreUnavailableError
from gateway.governor import Governor
from gateway.phrases import Phrase, say
from gateway.retry import back_off
from gateway.store import files, message_ids, outbox
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.openings import Opening
from gateway.store.outbox import (
    DuePart,
    NewPart,
    OpenPreview,
    OutboxPart,
    OutboxState,
    Outcome,
    SendLease,
)
from gateway.store.statement import Script

SEND_LEASE = timedelta(seconds=90)  # longer than a channel may take for one call
FILE_LEASE = timedelta(seconds=180)  # the same for a file
STORED_AGAIN_AFTER = 1.0  # seconds, while the disk is full or the database away
LOOKED_UP_AGAIN_AFTER = timedelta(seconds=1)
SENT_AGAIN_WITHIN = timedelta(minutes=10)  # an ambiguous part is sent once more only this soon
MARKABLE = 3000  # characters; a longer part has no room for the mark of a repetition
UNANCHORED = "-"  # the anchor of a channel where nothing can be looked up
KNOWN_IDS_SINCE = timedelta(hours=1)

logger = structlog.get_logger(__name__)


class Sender:
    """Delivers parts; the delivery loop gives it one part of a conversation at a time."""

    def __init__(self, database: Database, clock: Clock, governor: Governor, *, owner: str) -> None:
        self._database = database
        self._clock = clock
        self._governor = governor
        self._owner = owner

    async def deliver(self, channel: Channel, due: DuePart) -> bool:
        """Take one part a step further; return whether more is to be said in its conversation.

        Raises:
            StoreUnavailableError: the outcome could not be stored; the part's lease will run out.
        """
        part, preview = due.part, due.preview
        if part.anchor:
            return await self._look_up(channel, part)
        if part.expires_at <= self._clock.now():
            return await self._expire(part)
        if preview is not None and preview.message_id and isinstance(channel, EditsMessages):
            return await self._replace(channel, part, preview)
        if preview is not None and isinstance(channel, FindsSent):
            return await self._replace_lost(channel, part, preview)
        return await self._send(channel, part, due.last_heard_id)

    def opening(self, channel: Channel, talk: Conversation, new: NewPart, last_id: str) -> Opening:
        """Return what it takes to send a part as soon as it is stored; see `send_begun`."""
        message = OutboundMessage(
            outbox_id=str(new.outbox_id),
            conversation=talk.address,
            text=new.text,
            reply_to=new.reply_to,
        )
        return Opening(
            new=new,
            talk=talk,
            anchor=_anchor(channel, message, last_id),
            lease=self._lease(self._clock.now()),
        )

    async def send_begun(self, channel: Channel, part: OutboxPart) -> bool:
        """Send a part that is stored as being sent; see `deliver`."""
        return await self._call(channel, part, part.fence, part.anchor)

    async def _send(self, channel: Channel, part: OutboxPart, last_id: str) -> bool:
        anchor = _anchor(channel, outbound(part, channel), last_id)
        fence = await self._begin(part, anchor)
        if fence is None:
            return False  # somebody else is sending it
        return await self._call(channel, part, fence, anchor)

    async def _call(self, channel: Channel, part: OutboxPart, fence: int, anchor: str) -> bool:
        try:
            message_id = await _sent_by(channel, part)
        except SendRejected as error:
            return await self._settle(part, fence, _failed(error))
        except SendFailed as error:
            return await self._settle(part, fence, self._later(part, error))
        except SendUnknown as error:
            return await self._settle(part, fence, self._unknown(part, anchor, error))
        return await self._settle(part, fence, _sent(message_id))

    async def _replace(
        self, channel: EditsMessages, part: OutboxPart, preview: OpenPreview
    ) -> bool:
        """Make the preview read as the answer; the same edit may be tried any number of times."""
        fence = await self._begin(part, "")
        if fence is None:
            return False  # somebody else is sending it
        try:
            await channel.edit(preview.message_id, outbound(part, channel))
        except MessageGone:
            await self._forget(preview)
            return await self._settle(part, fence, Outcome(state=OutboxState.QUEUED))
        except SendRejected as error:
            return await self._settle(part, fence, _failed(error))
        except SendUnknown as error:
            return await self._settle(part, fence, self._later(part, SendFailed(str(error))))
        except SendFailed as error:
            return await self._settle(part, fence, self._later(part, error))
        return await self._settle(part, fence, _sent(preview.message_id))

    async def _replace_lost(
        self, channel: FindsSent, part: OutboxPart, preview: OpenPreview
    ) -> bool:
        """Look for a preview whose id was not recorded, and make it the answer if it is there."""
        fence = await self._begin(part, "")
        if fence is None:
            return False  # somebody else is sending it
        try:
            message_id = await self._find(
                channel, part, _in_place_of_preview(part, channel), preview.anchor
            )
        except SendFailed as error:
            return await self._settle(part, fence, self._later(part, error))
        except LookupInconclusive:  # it may stay to be seen beside the answer
            await self._forget(preview)
            outcome = Outcome(state=OutboxState.QUEUED, is_ambiguous=True)
            return await self._settle(part, fence, outcome)
        if message_id is not None:
            await self._close(preview, _sent(message_id))
            return await self._settle(part, fence, _sent(message_id))
        await self._forget(preview)
        return await self._settle(part, fence, Outcome(state=OutboxState.QUEUED))

    async def _look_up(self, channel: Channel, part: OutboxPart) -> bool:
        """Find out whether an earlier send of this part arrived, before anything is sent again."""
        fence = await self._begin(part, part.anchor)
        if fence is None:
            return False  # somebody else is sending it
        try:
            if not isinstance(channel, FindsSent) or part.anchor == UNANCHORED:
                raise LookupInconclusive("this channel cannot look anything up")  # noqa: TRY301
            message_id = await self._find(channel, part, outbound(part, channel), part.anchor)
        except SendFailed as error:
            wait = max(error.retry_after, LOOKED_UP_AGAIN_AFTER)
            outcome = replace(self._unknown(part, part.anchor, error), not_before=self._in(wait))
            return await self._settle(part, fence, outcome)
        except LookupInconclusive as finding:
            return await self._settle(part, fence, self._ambiguous(part, finding))
        if message_id is None:
            return await self._settle(part, fence, Outcome(state=OutboxState.QUEUED))
        logger.info("send_confirmed_by_lookup", outbox_id=str(part.outbox_id))
        return await self._settle(part, fence, _sent(message_id))

    async def _find(
        self, channel: FindsSent, part: OutboxPart, message: OutboundMessage, anchor: str
    ) -> str | None:
        since = (part.first_tried_at or part.created_at) - KNOWN_IDS_SINCE
        taken = await self._database.transact(
            "known_ids", lambda: message_ids.known_ids(part, since)
        )
        file = outbound_file(part, channel)
        if file is None:
            return await channel.find(message, anchor, taken)
        if not isinstance(channel, FindsSentFiles):
            raise LookupInconclusive("this channel cannot look files up")
        return await channel.find_file(message, file, anchor, taken)

    def _ambiguous(self, part: OutboxPart, finding: LookupInconclusive) -> Outcome:
        """Decide what to do with a send that neither arrived nor failed as far as can be seen.

        It is sent once more; again, if that was cut too, only where no look-up has seen any of it:
        who is struck twice shall not go without an answer, nor be flooded.
        """
        first = part.first_tried_at or part.created_at
        is_soon = self._clock.now() - first <= SENT_AGAIN_WITHIN
        is_sent_again = is_soon and (finding.is_unlikely or not part.is_recovered)
        logger.warning(
            "send_ambiguous",
            outbox_id=str(part.outbox_id),
            channel=part.address.channel,
            is_sent_again=is_sent_again,
        )
        if is_sent_again:
            return Outcome(state=OutboxState.QUEUED, is_ambiguous=True, is_recovered=True)
        error = f"whether it arrived is unknown: {finding}"
        return Outcome(state=OutboxState.FAILED, error=error, is_ambiguous=True)

    async def _forget(self, preview: OpenPreview) -> None:
        await self._close(preview, Outcome(state=OutboxState.EXPIRED, error="the preview is gone"))

    async def _close(self, preview: OpenPreview, outcome: Outcome) -> None:
        await self._database.transact(
            "close_preview", lambda: outbox.close_preview(preview.outbox_id, outcome)
        )

    async def _expire(self, part: OutboxPart) -> bool:
        outcome = Outcome(state=OutboxState.EXPIRED, error="too late to be of use")
        now = self._clock.now()
        await self._database.transact("expire", lambda: outbox.expire(part, outcome, now))
        logger.warning("answer_expired", outbox_id=str(part.outbox_id))
        return True

    async def _begin(self, part: OutboxPart, anchor: str) -> int | None:
        now = self._clock.now()
        lease = self._lease(now, FILE_LEASE if part.file is not None else SEND_LEASE)
        return await self._database.transact(
            "begin_send", lambda: outbox.begin(part, anchor, lease, now)
        )

    def _lease(self, now: datetime, time: timedelta = SEND_LEASE) -> SendLease:
        return SendLease(owner=self._owner, lease_until=now + time)

    async def _settle(self, part: OutboxPart, fence: int, outcome: Outcome) -> bool:
        """Store what came of a call, as often as it takes: nobody else knows it.

        Returns whether more is to be said in that conversation.

        Raises:
            StoreUnavailableError: the database stayed out of reach until the lease was over.
        """
        until = self._clock.monotonic() + SEND_LEASE.total_seconds()
        while True:
            try:
                return await self._database.transact(
                    f"settle_{outcome.state}", lambda: self._settling(part, fence, outcome)
                )
            except StoreUnavailableError:
                if self._clock.monotonic() >= until:
                    raise
                await asyncio.sleep(STORED_AGAIN_AFTER)

    def _settling(self, part: OutboxPart, fence: int, outcome: Outcome) -> Script[bool]:
        now = self._clock.now()
        is_ours = yield from outbox.settle(part.outbox_id, fence, outcome, now)
        if is_ours and outcome.state is OutboxState.FAILED and part.file is not None:
            yield from files.tell_unsent(part, part.file.name, outcome.error, now)
        return is_ours and (yield from outbox.has_open(part.conversation_id))

    def _later(self, part: OutboxPart, error: SendFailed) -> Outcome:
        self._governor.penalise(part.address, error.retry_after)
        wait = max(back_off(part.attempt + 1, error.reason).wait, error.retry_after)
        logger.info("send_put_off", outbox_id=str(part.outbox_id), seconds=wait.total_seconds())
        return Outcome(state=OutboxState.QUEUED, error=error.reason, not_before=self._in(wait))

    def _unknown(self, part: OutboxPart, anchor: str, error: ChannelError) -> Outcome:
        logger.warning("send_outcome_unknown", outbox_id=str(part.outbox_id), error=str(error))
        return Outcome(
            state=OutboxState.UNKNOWN,
            error=str(error),
            anchor=anchor,
            not_before=self._in(LOOKED_UP_AGAIN_AFTER),
        )

    def _in(self, wait: timedelta) -> datetime:
        return self._clock.now() + wait


async def _sent_by(channel: Channel, part: OutboxPart) -> str:
    """Send a part, once; returns and raises as the channel does."""
    message, file = outbound(part, channel), outbound_file(part, channel)
    if file is None or not isinstance(channel, SendsFiles):
        return await channel.send(message)
    if not await asyncio.to_thread(file.path.is_file):
        raise SendRejected("its copy is gone from this machine")
    return await channel.send_file(message, file)


def outbound_file(part: OutboxPart, channel: object) -> OutboundFile | None:
    """Return the file of a part as the channel shall send it; None where it sends words only."""
    if part.file is None or not isinstance(channel, SendsFiles):
        return None
    return OutboundFile(
        path=Path(part.file.path),
        name=part.file.name,
        mime_type=part.file.mime_type,
        size_bytes=part.file.size_bytes,
    )


def outbound(part: OutboxPart, channel: object) -> OutboundMessage:
    """Return what the channel shall send for a part, in words where it takes no files."""
    text = part.text
    if part.file is not None and not isinstance(channel, SendsFiles):
        place = say(
            Phrase.FILE_NOT_SENDABLE, part.language, name=part.file.name, path=part.file.path
        )
        text = f"{text}\n\n{place}".strip()
    if part.is_recovered and len(text) <= MARKABLE:
        text = f"{text}\n\n_{say(Phrase.SENT_AGAIN, part.language)}_"
    return OutboundMessage(
        outbox_id=str(part.outbox_id),
        conversation=part.address,
        text=text,
        reply_to=part.reply_to,
        options=part.options,
    )


def _anchor(channel: Channel, message: OutboundMessage, last_id: str) -> str:
    """Return the mark to look a message up by, if its send is cut."""
    return channel.anchor(message, last_id) if isinstance(channel, FindsSent) else UNANCHORED


def _in_place_of_preview(part: OutboxPart, channel: object) -> OutboundMessage:
    """Return a part under the name that its task's preview was sent by."""
    message = outbound(part, channel)
    if part.task_id is None:
        return message
    return replace(message, outbox_id=outbox.preview_key(part.task_id))


def _sent(message_id: str) -> Outcome:
    return Outcome(state=OutboxState.SENT, platform_message_id=message_id)


def _failed(error: SendRejected) -> Outcome:
    logger.warning("send_rejected", error=str(error))
    return Outcome(state=OutboxState.FAILED, error=str(error))
