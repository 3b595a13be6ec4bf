"""The in-process workers that serve one task."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from gateway.clock import Clock
from gateway.inbox import Claim
from gateway.journal import JournalScope, StoredJournal
from gateway.store import jobs
from gateway.store.database import Database
from gateway.store.jobs import OPEN_JOBS, Job, JobOutcome, JobStatus, Seat
from gateway.worker_health import WorkerHealth
from gateway.workshop import Workshop, WorkspaceSpill
from manager.crew import DispatchError, WorkerInfo, WorkOrder, WorkResult
from manager.manager import MANAGER_SOUL
from manager.tools.workers import DISPATCH_WORKER
from souls.soul import Soul
from workers.agent.journal import StepKind
from workers.agent.loop import AgentRequest, run_agent
from workers.agent.report import SilentReport
from workers.agent.result import AgentAnswer, StopReason
from workers.agent.toolbox import Toolbox
from workers.models.protocol import UserText
from workers.tools.protocol import Tool

SEAT_RETRY_SECONDS = 1.0  # a resumed job waits for a seat; a new one is told that all are taken
SUMMARY_CHARACTERS = 200
JOB_NAMESPACE = uuid5(NAMESPACE_URL, "urn:crewdesk:worker-job")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewRoom:
    """What a crew needs of the gateway.

    `seats` is how many jobs one worker does at once; a seat is held for `lease_time` and renewed
    with its task's lease.
    """

    database: Database
    clock: Clock
    workshop: Workshop
    owner: str
    seats: int
    lease_time: timedelta
    health: WorkerHealth


@dataclass(slots=True)
class _Running:
    """A job of this run: its outcome once there is one, and whether the Manager saw it."""

    job: Job
    outcome: "asyncio.Future[JobOutcome]"
    is_seen: bool = False
    work: "asyncio.Task[None] | None" = None


class TaskCrew:
    """Runs the workers of one claim in its task group; implements the Manager's `Crew`.

    A job's id comes from the step that made it, and a job keeps a journal of its own, so work that
    is handed out again after a crash goes on where it was.
    """

    def __init__(
        self, room: CrewRoom, claim: Claim, tools: Sequence[Tool], group: asyncio.TaskGroup
    ) -> None:
        self._room = room
        self._claim = claim
        self._tools = tools
        self._group = group
        self._jobs: dict[UUID, _Running] = {}

    def resume(self) -> None:
        """Take up the jobs of earlier attempts that have not ended."""
        for job in self._claim.jobs:
            running = self._add(job)
            running.is_seen = self._was_told(job)
            if job.status in OPEN_JOBS:
                self._begin(running, can_wait=True)
            else:
                running.outcome.set_result(_outcome(job))

    def _was_told(self, job: Job) -> bool:
        """Tell whether the Manager's journal holds the outcome of a job."""
        return any(
            str(job.job_id) in step.result
            for step in self._claim.steps
            if step.run_id == job.task_id
            and step.kind is not StepKind.MODEL
            and (job.is_awaited or step.name != DISPATCH_WORKER)
        )

    def release(self) -> None:
        """End what still runs, when the Manager's run has ended some other way than by an answer.

        The jobs stay open in the database and are taken up by the next attempt.
        """
        for running in self._jobs.values():
            if running.work is not None:
                running.work.cancel()

    async def roster(self) -> Sequence[WorkerInfo]:
        """Return who there is and who is free."""
        now = self._room.clock.now()
        taken = await self._room.database.transact("seats", lambda: jobs.count_taken(now))
        return [
            self._info(soul, max(self._room.seats - taken.get(soul.name, 0), 0))
            for soul in self._workers()
        ]

    def _info(self, soul: Soul, free_slots: int) -> WorkerInfo:
        trouble = self._room.health.trouble(soul)
        return WorkerInfo(
            worker_id=soul.name,
            description=soul.description,
            capabilities=soul.capabilities,
            is_healthy=not trouble,
            free_slots=free_slots,
            trouble=trouble,
        )

    async def dispatch(self, order: WorkOrder, step_id: str, *, wait: bool) -> WorkResult:
        """Hand out work; see `Crew`."""
        soul = self._room.workshop.souls.get(order.worker_id)
        job_id = uuid5(JOB_NAMESPACE, step_id)
        if soul is None or soul.name == MANAGER_SOUL:
            return self._not_found(order, job_id)
        running = self._jobs.get(job_id)
        if running is None:
            if trouble := self._room.health.trouble(soul):
                return self._unwell(soul, job_id, trouble)
            running = await self._make(order, job_id, wait=wait)
            is_seated = await self._take_seat(running.job)
            if not is_seated:
                return await self._busy(running)
            self._begin(running, can_wait=False)
        if not wait:
            return _result(running.job, JobOutcome(status=JobStatus.RUNNING))
        return await self._see(running)

    async def result_of(self, job_id: str) -> WorkResult:
        """Wait for a job and return its outcome; see `Crew`."""
        known = {str(one): running for one, running in self._jobs.items()}
        if job_id not in known:
            return WorkResult(
                ok=False,
                task_id=job_id,
                worker_id="",
                error=DispatchError.WORKER_NOT_FOUND,
                message=f"no work with this id was handed out; known: {', '.join(known) or 'none'}",
            )
        return await self._see(known[job_id])

    @property
    def has_unseen(self) -> bool:
        """Whether there is work whose outcome the Manager has not seen; see `Crew`."""
        return bool(self._unseen())

    async def unfinished(self) -> Sequence[WorkResult]:
        """Wait for what the Manager has not seen; see `Crew`."""
        return [await self._see(running) for running in self._unseen()]

    def _unseen(self) -> list[_Running]:
        return [one for one in self._jobs.values() if not (one.is_seen or one.job.is_awaited)]

    async def _see(self, running: _Running) -> WorkResult:
        outcome = await asyncio.shield(running.outcome)
        running.is_seen = True
        return _result(running.job, outcome)

    def _workers(self) -> Sequence[Soul]:
        return [one for one in self._room.workshop.souls.all() if one.name != MANAGER_SOUL]

    def _not_found(self, order: WorkOrder, job_id: UUID) -> WorkResult:
        names = ", ".join(soul.name for soul in self._workers())
        return WorkResult(
            ok=False,
            task_id=str(job_id),
            worker_id=order.worker_id,
            error=DispatchError.WORKER_NOT_FOUND,
            message=f"there is no worker {order.worker_id!r}; there are: {names}",
        )

    def _unwell(self, soul: Soul, job_id: UUID, trouble: str) -> WorkResult:
        """Say why a worker is given nothing now, and who else can do what it does."""
        logger.warning("worker_unwell", worker_id=soul.name, reason=trouble)
        able = next((one for one in self._workers() if self._can_stand_in(one, soul)), None)
        offer = f"{able.name!r} can do it" if able else "nobody else can do what it does"
        return WorkResult(
            ok=False,
            task_id=str(job_id),
            worker_id=soul.name,
            error=DispatchError.WORKER_FAILED,
            message=f"{soul.name!r} is not given work now: {trouble}; {offer}",
        )

    def _can_stand_in(self, one: Soul, absent: Soul) -> bool:
        shares = set(one.capabilities) & set(absent.capabilities)
        return one.name != absent.name and bool(shares) and not self._room.health.trouble(one)

    async def _busy(self, running: _Running) -> WorkResult:
        free = [one.worker_id for one in await self.roster() if one.free_slots]
        message = f"all slots are taken; free now: {', '.join(free) or 'nobody'}"
        outcome = JobOutcome(
            status=JobStatus.FAILED, error=message, error_code=DispatchError.WORKER_BUSY
        )
        await self._end(running, outcome)
        return await self._see(running)

    def _add(self, job: Job) -> _Running:
        outcome: asyncio.Future[JobOutcome] = asyncio.get_running_loop().create_future()
        # An outcome that nobody fetches, because the run ended first, is no error.
        outcome.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._jobs[job.job_id] = _Running(job, outcome)
        return self._jobs[job.job_id]

    async def _make(self, order: WorkOrder, job_id: UUID, *, wait: bool) -> _Running:
        new = Job(
            job_id=job_id,
            task_id=self._claim.task.task_id,
            worker_id=order.worker_id,
            instruction=order.instruction,
            metadata=order.metadata,
            status=JobStatus.QUEUED,
            is_awaited=wait,
            attempt=0,
            result="",
            error="",
            error_code="",
            created_at=self._room.clock.now(),
            started_at=None,
            ended_at=None,
        )
        seats = self._room.seats
        made = await self._room.database.transact(
            "make_job", lambda: jobs.make(self._claim.lease, new, seats)
        )
        return self._add(made)

    async def _take_seat(self, job: Job) -> bool:
        now = self._room.clock.now()
        seat = Seat(
            job_id=job.job_id,
            worker_id=job.worker_id,
            owner=self._room.owner,
            lease_until=now + self._room.lease_time,
        )
        return await self._room.database.transact("take_seat", lambda: jobs.take_seat(seat, now))

    def _begin(self, running: _Running, *, can_wait: bool) -> None:
        running.work = self._group.create_task(self._work(running, can_wait=can_wait))

    async def _work(self, running: _Running, *, can_wait: bool) -> None:
        """Do a job to its end; errors that concern the whole task go to whoever waits for it."""
        try:
            # A seat is a row that another process may free, so there is no event to wait for.
            while can_wait and not await self._take_seat(running.job):  # noqa: ASYNC110
                await asyncio.sleep(SEAT_RETRY_SECONDS)
            outcome = await self._run(running.job)
            self._note_health(running.job, outcome)
            await self._end(running, outcome)
        except Exception as error:  # noqa: BLE001 - raised again where the Manager waits for it
            if not running.outcome.done():
                running.outcome.set_exception(error)

    def _note_health(self, job: Job, outcome: JobOutcome) -> None:
        if outcome.status is JobStatus.COMPLETED:
            self._room.health.succeeded(job.worker_id)
        else:
            self._room.health.failed(job.worker_id, outcome.error)

    async def _end(self, running: _Running, outcome: JobOutcome) -> None:
        now, job_id = self._room.clock.now(), running.job.job_id
        await self._room.database.transact(
            "end_job", lambda: jobs.end(self._claim.lease, job_id, outcome, now)
        )
        running.outcome.set_result(outcome)

    async def _run(self, job: Job) -> JobOutcome:
        room, claim = self._room, self._claim
        soul = room.workshop.souls.get(job.worker_id)
        if soul is None:
            return JobOutcome(
                status=JobStatus.FAILED,
                error="the worker's soul is gone",
                error_code=DispatchError.WORKER_NOT_FOUND,
            )
        now = room.clock.now()
        await room.database.transact("start_job", lambda: jobs.start(claim.lease, job.job_id, now))
        allowed = [tool for tool in self._tools if tool.spec.name in soul.tools]
        workspace = await room.workshop.workspace(claim.task.conversation_id or claim.task.task_id)
        scope = JournalScope(lease=claim.lease, task=claim.task)
        request = AgentRequest(
            items=(UserText(text=instruction_text(job)),),
            context_tokens=room.workshop.context_tokens,
        )
        journal = StoredJournal(room.database, room.clock, scope, job.job_id, claim.steps)
        result = await run_agent(
            soul,
            request,
            Toolbox(allowed, WorkspaceSpill(workspace)),
            room.workshop.model(soul.model or ""),
            journal,
            SilentReport(),
        )
        await journal.flush()
        if isinstance(result, AgentAnswer):
            return JobOutcome(status=JobStatus.COMPLETED, result=result.text)
        logger.info("worker_stopped", job_id=str(job.job_id), reason=str(result.reason))
        is_late = result.reason is StopReason.TOO_LONG
        return JobOutcome(
            status=JobStatus.FAILED,
            error=f"{result.reason}: {result.detail}",
            error_code=DispatchError.TIMEOUT if is_late else DispatchError.WORKER_FAILED,
        )


def instruction_text(job: Job) -> str:
    """Write what a worker reads: the same whatever the task came from."""
    metadata = json.loads(job.metadata)
    if not metadata:
        return job.instruction
    facts = json.dumps(metadata, ensure_ascii=False, sort_keys=True)
    return f"{job.instruction}\n\nFurther facts: {facts}"


def _outcome(job: Job) -> JobOutcome:
    return JobOutcome(
        status=job.status, result=job.result, error=job.error, error_code=job.error_code
    )


def _result(job: Job, outcome: JobOutcome) -> WorkResult:
    is_running = outcome.status in OPEN_JOBS
    is_ok = is_running or outcome.status is JobStatus.COMPLETED
    return WorkResult(
        ok=is_ok,
        task_id=str(job.job_id),
        worker_id=job.worker_id,
        result=outcome.result,
        summary=outcome.result.strip().partition("\n")[0][:SUMMARY_CHARACTERS],
        error=None if is_ok else DispatchError(outcome.error_code or DispatchError.WORKER_FAILED),
        message="the work has begun; fetch it with await_worker" if is_running else outcome.error,
    )
