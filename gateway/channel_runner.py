"""Runs one channel: loads its library, connects, and says how it is doing."""

import asyncio
from collections.abc import Mapping

import structlog

from channels.errors import ChannelUnavailable
from channels.protocol import (
    Channel,
    HoldsConnections,
    PublishesCommands,
    Receive,
    SignalsReachable,
)
from gateway.delivery import Delivery
from gateway.retry import back_off
from gateway.roster import ChannelHealth, ChannelPlan, ChannelState, Roster
from workers.groups import plain_group

Menu = Mapping[str, Mapping[str, str]]  # language → command → description

logger = structlog.get_logger(__name__)


class ChannelRunner:
    """Keeps one channel running; its troubles never hinder the others."""

    def __init__(
        self, plan: ChannelPlan, roster: Roster, delivery: Delivery, receive: Receive, menu: Menu
    ) -> None:
        self._plan = plan
        self._roster = roster
        self._delivery = delivery
        self._receive = receive
        self._menu = menu
        self.loaded = asyncio.Event()  # whether or not that went well

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._plan.name

    async def run(self) -> None:
        """Run until cancelled, or until only a person can help."""
        try:
            channel = await self._load()
        finally:
            self.loaded.set()
        if channel is None:
            return
        try:
            await self._keep_running(channel)
        finally:
            if isinstance(channel, HoldsConnections):
                await channel.aclose()

    async def _keep_running(self, channel: Channel) -> None:
        failures = 0
        while True:
            self._report(ChannelState.CONNECTED)
            try:
                await self._connected(channel)
            except ChannelUnavailable as error:
                self._report(ChannelState.UNAVAILABLE, error.reason)
                logger.warning("channel_unavailable", channel=self._plan.name, reason=error.reason)
                if error.retry_after is None:
                    return
                await asyncio.sleep(error.retry_after.total_seconds())
            except Exception as error:
                failures += 1
                decision = back_off(failures, f"{type(error).__name__}: {error}")
                self._report(ChannelState.UNAVAILABLE, decision.reason)
                logger.exception("channel_failed", channel=self._plan.name)
                await asyncio.sleep(decision.wait.total_seconds())

    async def _load(self) -> Channel | None:
        try:
            channel = await asyncio.to_thread(self._plan.load)
        except (ImportError, ChannelUnavailable) as error:
            self._report(ChannelState.UNAVAILABLE, str(error))
            logger.warning("channel_not_loaded", channel=self._plan.name, reason=str(error))
            return None
        except Exception as error:  # a library that breaks must not take the others with it
            self._report(ChannelState.UNAVAILABLE, f"{type(error).__name__}: {error}")
            logger.exception("channel_not_loaded", channel=self._plan.name)
            return None
        if isinstance(channel, SignalsReachable):
            channel.on_reachable(self._delivery.reachable)
        self._roster.add(channel)
        self._delivery.wakeup.call()
        return channel

    async def _connected(self, channel: Channel) -> None:
        # A plain group: whoever runs us must see why the channel cannot be used, not a group of it.
        async with plain_group() as group:
            if isinstance(channel, PublishesCommands):
                group.create_task(self._publish(channel))
            await channel.run(self._receive)

    async def _publish(self, channel: PublishesCommands) -> None:
        try:
            await channel.publish_commands(
                {language: dict(c) for language, c in self._menu.items()}
            )
        except ChannelUnavailable as error:  # a menu is a convenience; people can type
            logger.warning("menu_not_published", channel=self._plan.name, reason=error.reason)

    def _report(self, state: ChannelState, reason: str = "") -> None:
        self._roster.report(self._plan.name, ChannelHealth(state=state, reason=reason))
