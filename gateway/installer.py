"""Carries out what admins decide about skills: the decision is stored, then the files follow."""

import asyncio
from datetime import datetime
from typing import Final

import structlog

from gateway.clock import Clock
from gateway.commands.layout import code, plain
from gateway.commands.skill_words import short
from gateway.errors import StoreError
from gateway.parts import notice_to
from gateway.phrases import Phrase, say
from gateway.skillshelf.disk import SkillDisk
from gateway.store import conversations, outbox, skills
from gateway.store.database import Database
from gateway.store.skills import NO_VERSION, Pin, ProposalState
from gateway.store.statement import Script
from gateway.wakeup import Wakeup
from skills.catalog import SkillCatalog
from skills.errors import SkillError

INTERVAL_SECONDS: Final = 60.0  # after which a disk or a database that refused is tried again

logger = structlog.get_logger(__name__)


class SkillInstaller:
    """Puts decided versions in place and binds the catalog to them.

    `wakeup` tells it of a decision; `words` wakes the delivery. Whatever a crash leaves undone, the
    next start does before anything else runs.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalog: SkillCatalog,
        disk: SkillDisk,
        words: Wakeup,
    ) -> None:
        self.wakeup = Wakeup()
        self._database = database
        self._clock = clock
        self._catalog = catalog
        self._disk = disk
        self._words = words
        self._pins: dict[str, str] = {}

    async def open(self) -> None:
        """Bind the catalog, and finish what was decided.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        waiting = await self._database.transact("open_proposals", skills.list_open)
        decided = await self._database.transact("skill_pins", skills.pins)
        wanted = {(one.name, one.digest) for one in waiting}
        wanted |= {(pin.name, pin.digest) for pin in decided if not pin.is_settled}
        try:
            await asyncio.to_thread(self._disk.clear, wanted)
        except OSError as error:
            logger.warning("skill_folders_not_cleared", error=str(error))
        for pin in decided:
            self._bind(pin.name, pin.installed)
        await self._carry_out()
        await self._tell_changed()

    async def run(self) -> None:
        """Carry out decisions until cancelled."""
        while True:
            await self.wakeup.wait(INTERVAL_SECONDS)
            try:
                await self._carry_out()
            except StoreError as error:
                logger.warning("skill_decision_put_off", error=str(error))

    async def _carry_out(self) -> None:
        for pin in await self._database.transact("unsettled_skills", skills.unsettled):
            try:
                await asyncio.to_thread(self._disk.place, pin.name, pin.digest)
            except SkillError as error:
                await self._give_up(pin, str(error))
            except OSError as error:
                logger.warning("skill_not_placed", skill=pin.name, error=error.strerror)
            else:
                await self._settle(pin)

    async def _settle(self, pin: Pin) -> None:
        """Record that a version is in place, and tell whoever asked for it."""
        self._bind(pin.name, pin.digest)
        now = self._clock.now()

        def script() -> Script[None]:
            if (yield from skills.settle(pin.name, pin.digest)):
                yield from _tell_asker(pin, now)

        await self._database.transact("settle_skill", script)
        self._words.call()
        logger.info("skill_placed", skill=pin.name, version=short(pin.digest))

    async def _give_up(self, pin: Pin, problem: str) -> None:
        """Record that a version can't be put in place, and tell the admins."""
        now = self._clock.now()

        def script() -> Script[None]:
            if (yield from skills.give_up(pin.name, pin.digest, problem)):
                yield from _tell_admins(pin, problem, now)

        await self._database.transact("give_up_skill", script)
        self._words.call()
        logger.warning("skill_given_up", skill=pin.name, version=short(pin.digest), error=problem)

    def _bind(self, name: str, digest: str) -> None:
        """From now on only this version of a skill is run; any, where none was decided for."""
        self._pins.pop(name, None)
        if digest != NO_VERSION:
            self._pins[name] = digest
        self._catalog.pin(self._pins)

    async def _tell_changed(self) -> None:
        """Log which approved skills have other files now; each run of them is refused."""
        for name, digest in self._pins.items():
            if await asyncio.to_thread(self._disk.present, name) != digest:
                logger.warning("skill_changed", skill=name, version=short(digest))


def _tell_asker(pin: Pin, now: datetime) -> Script[None]:
    """Tell whoever asked for a version, once, that it can be used."""
    for one in (yield from skills.history(pin.name)):
        is_meant = one.state is ProposalState.APPROVED and one.digest == pin.digest
        if is_meant and one.conversation_id is not None:
            talk = yield from conversations.find(one.conversation_id)
            text = say(Phrase.SKILL_IN_USE, talk.language, name=code(one.name))
            key = f"skill-approved:{one.proposal_id}"
            yield from outbox.enqueue(notice_to(talk, key, (text,), now), now)


def _tell_admins(pin: Pin, problem: str, now: datetime) -> Script[None]:
    for talk in (yield from skills.talks_of_admins()):
        text = say(
            Phrase.SKILL_NOT_PLACED,
            talk.language,
            name=code(pin.name),
            version=code(short(pin.digest)),
            problem=plain(problem),
        )
        key = f"skill-failed:{pin.name}:{now.isoformat()}"
        yield from outbox.enqueue(notice_to(talk, key, (text,), now), now)
