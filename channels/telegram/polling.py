"""The poll loop: updates are offered in order and confirmed only once they are stored."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final, Protocol, TypeVar

import structlog
from pydantic import ValidationError

from channels.backoff import Backoff, Sleep
from channels.errors import ChannelUnavailable
from channels.offering import Offering
from channels.protocol import Receive
from channels.telegram.inbound import BotIdentity, seen_messages, to_inbound
from channels.telegram.message_ids import MessageIds
from channels.telegram.payload import CallbackQuery, RawUpdate, Update, parse_update
from channels.telegram.settings import CHANNEL

BATCH_SIZE: Final = 100
"""Updates per answer, the most that Telegram gives.

Source: https://core.telegram.org/bots/api#getupdates
"""

LONG_POLL: Final = timedelta(seconds=30)
_POLL_AFTER_CONFLICT: Final = timedelta(seconds=5)  # long enough for another poller to end it

T = TypeVar("T")

logger = structlog.get_logger(__name__)


class ConnectionState(StrEnum):
    """How it stands between this bot and Telegram."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RETRYING = "retrying"  # the network or Telegram is in trouble
    CONFLICT = "conflict"  # another process polls with the same token
    REFUSED = "refused"  # the token is wrong; nobody tries again


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStatus:
    """A state and, where it is not a good one, the reason in a sentence."""

    state: ConnectionState
    reason: str = ""


class PollError(Exception):
    """A poll got no updates; the loop goes on, not before `retry_after`."""

    def __init__(self, reason: str, *, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class PollConflict(PollError):  # noqa: N818 - Telegram's name of this answer
    """Another process polls with the same token."""


class UpdateSource(Protocol):
    """The two requests that the loop needs."""

    async def identify(self) -> BotIdentity:
        """Return who the bot is; raises `PollError`, or `ChannelUnavailable` for a wrong token."""

    async def fetch(self, offset: int | None, wait: timedelta) -> Sequence[RawUpdate]:
        """Return the updates from `offset` on, which confirms all before it.

        Waits up to `wait` for one. Raises as `identify` does.
        """

    async def settle_press(self, press: CallbackQuery) -> None:
        """Show that a press was taken; takes seconds at most and never fails."""


class Poller:
    """One bot's poll loop, and what can be said of its connection."""

    def __init__(
        self, source: UpdateSource, ids: MessageIds, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.status = ConnectionStatus(state=ConnectionState.CONNECTING)
        self._source = source
        self._ids = ids
        self._sleep = sleep
        self._network = Backoff(first=1, ceiling=30)
        self._conflict = Backoff(first=5, ceiling=60)
        self._offering = Offering(CHANNEL, sleep=sleep)
        self._offset: int | None = None
        self._poll_begun_at = ids.tick()

    async def run(self, receive: Receive) -> None:
        """Poll until cancelled; the offset moves only after `receive` returned.

        Raises:
            ChannelUnavailable: the token is refused.
        """
        self._enter(ConnectionState.CONNECTING)
        bot = await self._patiently(self._source.identify)
        logger.info("telegram_connected", account=str(bot.id), username=bot.username)
        while True:
            await self._poll(bot, receive)

    async def _poll(self, bot: BotIdentity, receive: Receive) -> None:
        raw_updates = await self._patiently(self._fetch)
        updates = [(raw, update) for raw in raw_updates if (update := self._read(raw)) is not None]
        for _, update in updates:
            self._note_seen(update, bot)
        read = [to_inbound(update, raw, bot) for raw, update in updates]
        messages = [message for message in read if message is not None]
        if len(raw_updates) < BATCH_SIZE:
            self._ids.note_drained(self._poll_begun_at)
        if messages:
            await self._offering.until_stored(partial(receive, messages))
        if raw_updates:
            self._offset = max(_update_id(raw) for raw in raw_updates) + 1
        for _, update in updates:
            if update.callback_query is not None:
                await self._source.settle_press(update.callback_query)

    async def _fetch(self) -> Sequence[RawUpdate]:
        was_connected = self.status.state is ConnectionState.CONNECTED
        self._poll_begun_at = self._ids.tick()
        raw_updates = await self._source.fetch(self._offset, self._wait())
        for raw in raw_updates:
            _update_id(raw)  # without ids nothing could be confirmed
        self._enter(ConnectionState.CONNECTED)
        if was_connected:
            self._conflict.reset()  # not earlier: two pollers end each other's polls in turn
        return raw_updates

    def _wait(self) -> timedelta:
        """Return how long the next poll may wait: after trouble less, to know how it stands."""
        match self.status.state:
            case ConnectionState.CONNECTED:
                return LONG_POLL
            case ConnectionState.CONFLICT:
                return _POLL_AFTER_CONFLICT
            case _:
                return timedelta(0)

    def _read(self, raw: RawUpdate) -> Update | None:
        """Read an update; one bad update must not keep the ones behind it waiting."""
        try:
            return parse_update(raw)
        except ValidationError as error:
            logger.warning(
                "telegram_update_undecodable",
                update_id=_update_id(raw),
                fields=[".".join(map(str, finding["loc"])) for finding in error.errors()],
            )
            return None

    def _note_seen(self, update: Update, bot: BotIdentity) -> None:
        for seen in seen_messages(update, bot):
            self._ids.note_seen(seen.chat_id, seen.message_id, is_new=seen.is_new)

    async def _patiently(self, request: Callable[[], Awaitable[T]]) -> T:
        """Repeat a request until it is answered."""
        while True:
            try:
                answer = await request()
            except PollConflict as conflict:
                await self._wait_out(ConnectionState.CONFLICT, conflict, self._conflict)
            except PollError as trouble:
                await self._wait_out(ConnectionState.RETRYING, trouble, self._network)
            except ChannelUnavailable as unavailable:
                self._enter(ConnectionState.REFUSED, unavailable.reason)
                raise
            else:
                self._network.reset()
                return answer

    async def _wait_out(self, state: ConnectionState, error: PollError, backoff: Backoff) -> None:
        self._enter(state, error.reason)
        await self._sleep(max(backoff.seconds(), error.retry_after.total_seconds()))

    def _enter(self, state: ConnectionState, reason: str = "") -> None:
        status = ConnectionStatus(state=state, reason=reason)
        if status != self.status:
            log = logger.warning if reason else logger.info
            log("telegram_connection", state=state.value, reason=reason)
        self.status = status


def _update_id(raw: RawUpdate) -> int:
    update_id = raw.get("update_id")
    if not isinstance(update_id, int):
        raise PollError("Telegram sent an update without its id")
    return update_id
