"""A campaign: people write, the process is killed at random, and in the end all must be well."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.acceptance.kill.conversation import Ledger, Talk, Verdict, observe, question
from tests.acceptance.messengers.messenger import Messenger, Place, Post

OPEN_PER_CHAT = 3  # questions of a chat that wait for their answer at once
MOST_CALLS = 3
TOP_UP_SECONDS = 0.02
SETTLED_WITHIN_SECONDS = 60.0
CAUGHT_UP_WITHIN_SECONDS = 600.0


class Victim(Protocol):
    """A gateway that can be started and killed again and again on the same data."""

    async def start(self) -> None:
        """Start it; returns when it has been started, not when it is ready."""

    async def kill(self) -> None:
        """Kill it with all that it started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is asked and how often the process dies; lives are seconds from start to kill."""

    seed: int
    chats: int
    questions_per_chat: int
    kills: int
    shortest_life: float
    longest_life: float

    @property
    def questions(self) -> int:
        """How many tasks there are in all."""
        return self.chats * self.questions_per_chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a campaign; `ambiguous` are the sends that the gateway counted as such."""

    plan: Plan
    verdict: Verdict
    settled_after_seconds: float
    calls: Counter[int]
    ambiguous: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Sequence[str]:
        """Return the figures for people."""
        verdict = self.verdict
        return (
            f"seed {self.plan.seed}: {self.plan.questions} tasks in {self.plan.chats} "
            f"conversations, {self.plan.kills} kills",
            f"lost {len(verdict.lost)} · doubled {len(verdict.doubled)} · "
            f"order violations {len(verdict.reordered)} · "
            f"unsafe tools run twice {len(verdict.repeated_calls)}",
            f"ambiguous sends: {_by_name(self.ambiguous)}",
            f"of these shown with a mark: {_by_name(verdict.marked_repetitions)}",
            f"orphaned previews: {_by_name(verdict.orphaned_previews)}",
            f"all settled {self.settled_after_seconds:.1f} s after the last start",
        )


class Campaign:
    """Runs one plan, its chats spread evenly over the messengers."""

    def __init__(self, plan: Plan, messengers: Sequence[Messenger], ledger: Ledger) -> None:
        self._plan = plan
        self._ledger = ledger
        self._random = random.Random(plan.seed)  # noqa: S311 - a seed is the point
        everywhere = itertools.cycle(messengers)
        self._talks = [
            Talk(messenger=messenger, place=Place(person=person))
            for person, messenger in zip(range(1, plan.chats + 1), everywhere, strict=False)
        ]
        self._kills = 0
        self._asked = 0

    async def run(self, victim: Victim) -> Report:
        """Let people write while the process dies; then wait until all is settled."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            people = group.create_task(self._write())
            await self._kill_again_and_again(victim)
            last_start = loop.time()
            await victim.start()
            await people
        await self._settle(last_start + SETTLED_WITHIN_SECONDS)
        settled_after = loop.time() - last_start
        await victim.kill()
        calls = Counter(one.calls for talk in self._talks for one in talk.questions)
        return Report(
            plan=self._plan,
            verdict=self._observe(),
            settled_after_seconds=settled_after,
            calls=calls,
        )

    async def _kill_again_and_again(self, victim: Victim) -> None:
        plan = self._plan
        while self._kills < plan.kills:
            await victim.start()
            await asyncio.sleep(self._random.uniform(plan.shortest_life, plan.longest_life))
            await self._caught_up()
            await victim.kill()
            self._kills += 1

    async def _caught_up(self) -> None:
        """Let a process live longer where the machine is too slow for what was due before it.

        So the work is spread over the kills on any machine, and little is left for after the last.
        """
        due = self._plan.questions * self._kills // self._plan.kills
        async with asyncio.timeout(CAUGHT_UP_WITHIN_SECONDS):
            while self._asked < due:  # noqa: ASYNC110 - what people may write depends on much
                await asyncio.sleep(TOP_UP_SECONDS)

    async def _write(self) -> None:
        """Spread the questions over the kills, a few open ones per chat at a time."""
        while self._asked < self._plan.questions:
            due = self._plan.questions * (self._kills + 1) // self._plan.kills
            for talk in self._random.sample(self._talks, k=len(self._talks)):
                if self._asked < due and self._may_ask(talk):
                    await self._ask(talk)
                    self._asked += 1
            await asyncio.sleep(TOP_UP_SECONDS)

    def _may_ask(self, talk: Talk) -> bool:
        asked = len(talk.questions)
        answered = len(talk.messenger.shown(talk.place))
        return asked < self._plan.questions_per_chat and asked - answered < OPEN_PER_CHAT

    async def _ask(self, talk: Talk) -> None:
        number = len(talk.questions)
        one = question(self._ledger, talk, number, self._random.randint(0, MOST_CALLS))
        talk.questions.append(one)
        await talk.messenger.says(Post(place=talk.place, text=one.text))

    async def _settle(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        # The verdict reads the whole world, so it is asked now and then, not at each change.
        while self._observe().lost and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.2)

    def _observe(self) -> Verdict:
        return observe(self._talks, self._ledger)


def _by_name(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
