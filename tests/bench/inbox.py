"""The inbox against a queue written by hand: submit, claim, complete, and the three together."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar
from uuid import uuid4

from gateway.clock import SystemClock
from gateway.config.sections import InboxSettings
from gateway.envelope import NewTask, Priority, Source
from gateway.inbox import Claim, Ending, Inbox
from gateway.lifecycle import TaskStatus
from gateway.store.tasks import Leaving
from tests.bench.raw_queue import RawClaim, RawQueue
from tests.bench.table import Measure, at_least
from tests.doubles.databases import open_database

TASKS = 2_000
ROUNDS = 3
CONSUMERS = (1, 8)
GOAL = "Tell me what is new, in a few words, and where you found it. " * 2
RESULT = "Nothing is new. " * 8
LEASE_SECONDS = 60.0
ENDING = Ending(leaving=Leaving(status=TaskStatus.COMPLETED, result=RESULT))
PARTS = ("submit", "claim", "complete", "whole cycle")

T = TypeVar("T")


class WrongOrderError(AssertionError):
    """Tasks were lost, or were not claimed by priority and then by age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long each part took for all tasks together, in seconds."""

    submit: float
    claim: float
    complete: float

    @property
    def rates(self) -> tuple[float, float, float, float]:
        """Return the tasks per second of each of `PARTS`."""
        whole = self.submit + self.claim + self.complete
        return (TASKS / self.submit, TASKS / self.claim, TASKS / self.complete, TASKS / whole)


async def measure_inbox(folder: Path) -> list[Measure]:
    """Run floor and inbox in turn and compare their medians."""
    floors: list[Times] = []
    ours: dict[int, list[Times]] = {consumers: [] for consumers in CONSUMERS}
    for number in range(ROUNDS):
        floors.append(_time_raw(folder / f"raw-{number}.db"))
        for consumers in CONSUMERS:
            path = folder / f"inbox-{number}-{consumers}.db"
            ours[consumers].append(await _time_inbox(path, consumers))
    floor = _medians(floors)
    return [
        Measure(
            name=f"inbox: {part}, {_counted(consumers)}",
            unit="tasks/s",
            ours=rate,
            floor=floor[place],
            target=at_least(1.0) if part == PARTS[-1] and consumers > 1 else None,
        )
        for consumers in CONSUMERS
        for place, (part, rate) in enumerate(zip(PARTS, _medians(ours[consumers]), strict=True))
    ]


def _counted(consumers: int) -> str:
    return f"{consumers} consumers" if consumers > 1 else "1 consumer"


def _medians(times: list[Times]) -> list[float]:
    return [median(column) for column in zip(*(one.rates for one in times), strict=True)]


def _time_raw(path: Path) -> Times:
    queue = RawQueue(path)
    began = time.perf_counter()
    for number in range(TASKS):
        queue.submit(str(uuid4()), GOAL, number % len(Priority), time.monotonic())
    submitted = time.perf_counter()
    claims: list[RawClaim] = []
    while (claim := queue.claim(time.monotonic(), LEASE_SECONDS)) is not None:
        claims.append(claim)
    claimed = time.perf_counter()
    for claim in claims:
        queue.complete(claim, RESULT, time.monotonic())
    ended = time.perf_counter()
    queue.close()
    if len(claims) != TASKS:
        raise WrongOrderError(f"the floor lost tasks: {len(claims)} of {TASKS}")
    return Times(submit=submitted - began, claim=claimed - submitted, complete=ended - claimed)


async def _time_inbox(path: Path, consumers: int) -> Times:
    settings = InboxSettings(waiting_total=TASKS + 1)
    async with open_database(f"sqlite://{path}") as database:
        inbox = Inbox(database, SystemClock(), settings, owner="bench")
        began = time.perf_counter()
        await _share(consumers, inbox.submit, [_task(number) for number in range(TASKS)])
        submitted = time.perf_counter()
        claims: list[Claim] = []

        async def claim(_number: int) -> None:
            claims.extend(await inbox.claim())

        await _share(consumers, claim, range(TASKS))
        claimed = time.perf_counter()
        await _share(consumers, lambda one: inbox.leave(one.lease, ENDING), claims)
        ended = time.perf_counter()
    _check(claims)
    return Times(submit=submitted - began, claim=claimed - submitted, complete=ended - claimed)


def _task(number: int) -> NewTask:
    return NewTask(
        task_id=uuid4(),
        source=Source.USER_CHAT,
        goal=GOAL,
        event_key=f"event-{number}",
        lane=f"lane-{number}",
        priority=Priority(number % len(Priority)),
    )


async def _share(workers: int, work: Callable[[T], Awaitable[object]], items: Iterable[T]) -> None:
    """Let `workers` coroutines work through the items."""
    waiting = iter(items)

    async def go() -> None:
        for item in waiting:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(go())


def _check(claims: list[Claim]) -> None:
    """Raise unless each task was claimed once, the higher priorities first."""
    if len({one.task.task_id for one in claims}) != TASKS:
        raise WrongOrderError(f"{len(claims)} claims for {TASKS} tasks")
    order = [(one.task.priority, one.task.created_at) for one in claims]
    if order != sorted(order):
        raise WrongOrderError("a task was claimed before a more urgent or an older one")
