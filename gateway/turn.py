"""One claimed task, from the claim to its end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import UUID

import structlog

from channels.message import ConversationKind
from gateway.clock import Clock
from gateway.config.sections import BusyMode, DeliverySettings, InboxSettings
from gateway.crew import CrewRoom, TaskCrew
from gateway.envelope import TaskEnvelope
from gateway.files import FileFetcher
from gateway.inbox import Claim, Ending, Inbox
from gateway.journal import JournalScope, StoredJournal
from gateway.lifecycle import TaskStatus
from gateway.outgoing import OutgoingFiles
from gateway.parts import file_parts, numbered
from gateway.permissions import permitted
from gateway.phrases import Phrase, say
from gateway.pictures import pictures_of
from gateway.preview import AnswerPreview, Stage
from gateway.requests import has_attachments, requests_text
from gateway.retry import RetryDecision
from gateway.schedule.book import BookRoom
from gateway.schedule.books import open_books
from gateway.schedule.runs import ScheduledRuns, is_scheduled
from gateway.store import files, outbox, steps, tasks
from gateway.store.conversations import Conversation, Direction
from gateway.store.database import Database
from gateway.store.files import ReceivedFile
from gateway.store.openings import Opening
from gateway.store.outbox import NewPart, OutboxKind, OutboxPart, OutboxState
from gateway.store.people import Role
from gateway.store.statement import Script
from gateway.store.tasks import Leaving
from gateway.wakeup import Wakeup
from gateway.workshop import Workshop, WorkspaceSpill
from manager.manager import MANAGER_SOUL, Equipment, Turn, answer
from manager.prompt import Exchange, Situation
from manager.speech import question_text
from manager.tools.files import SEND_FILE
from manager.tools.questions import ASK_USER
from manager.tools.schedules import CREATE_SCHEDULE
from souls.soul import Soul
from workers.agent.journal import StepState
from workers.agent.report import Report, SilentReport
from workers.agent.result import AgentAnswer, AgentResult, AgentStopped
from workers.errors import Suspended
from workers.groups import plain_group
from workers.models.errors import ModelUnavailable
from workers.models.protocol import Model, Picture
from workers.tools.protocol import Tool

PRIVATE = ConversationKind.PRIVATE  # the place of a task that belongs to no conversation
SHORTEST_PARKING = timedelta(seconds=30)  # how long a task waits for a model that is down
QUARANTINED = "quarantined"
LONG_TEXT = 2000  # characters; up to here dividing a text takes a few milliseconds
PERHAPS_SHOWN = frozenset({OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.SENT})

logger = structlog.get_logger(__name__)


class Outlet(Protocol):
    """Where what is said goes out, at once where nothing else is on its way to that chat."""

    wakeup: Wakeup

    def open(self, talk: Conversation, new: NewPart, last_id: str) -> Opening | None:
        """Offer to send a part as soon as it is stored; None where it must take its turn.

        `last_id` is the platform's id of the newest message known in that chat.
        """

    def begun(self, opening: Opening, part: OutboxPart | None) -> None:
        """Send what is stored as being sent; None where it had to take its turn after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRoom:
    """What working on a task needs of the gateway."""

    inbox: Inbox
    stage: Stage
    crew: CrewRoom
    settings: InboxSettings
    outlet: Outlet
    books: BookRoom
    runs: ScheduledRuns
    files: FileFetcher
    outgoing: Callable[[UUID, Path], OutgoingFiles]  # of a task, from its workspace
    propose: Callable[[Claim, Path], Tool]  # the tool by which its agents hand in skills

    @property
    def database(self) -> Database:
        """The one database."""
        return self.stage.database

    @property
    def clock(self) -> Clock:
        """The one clock."""
        return self.stage.clock

    @property
    def workshop(self) -> Workshop:
        """What agents work with."""
        return self.crew.workshop

    @property
    def delivery(self) -> DeliverySettings:
        """How long answers are worth sending."""
        return self.stage.settings


class TaskTurn:
    """Works on one claim; the dispatcher gives it a task of its own."""

    def __init__(self, room: TurnRoom, claim: Claim) -> None:
        self._room = room
        self._claim = claim
        self._language = claim.conversation.language if claim.conversation else ""
        self._outgoing: OutgoingFiles | None = None
        self._books = open_books(room.books, claim)
        scope = JournalScope(lease=claim.lease, task=claim.task)
        self._journal = StoredJournal(
            room.database, room.clock, scope, claim.task.task_id, claim.steps
        )
        self._preview: AnswerPreview | None = None

    async def run(self) -> None:
        """Bring the task to an end, or to a state in which it waits.

        Raises:
            LeaseLostError: somebody else has it now; nothing more was written.
        """
        if self._claim.task.is_cancel_requested:
            await self.leave_cancelled()
            return
        if refused := self._refusal():
            await self.leave(refused)
            return
        try:
            result = await self._work()
        except Suspended as suspended:
            if self._preview is not None:
                await self._preview.stand()
            await self.leave(await self._with_files(self._asked(suspended)))
        except ModelUnavailable as unavailable:
            await self.leave(self._parked(unavailable))
        else:
            await self.leave(await self._with_files(await self._ending(result)))

    async def leave(self, ending: Ending) -> None:
        """End the claim, and record with it what the model said last."""
        ending = replace(ending, answers=self._journal.kept)
        if is_scheduled(self._claim.task):
            ending = self._room.runs.redirect(self._claim.task, ending)
        if ending.parts:
            await self._leave_saying(ending)
        else:
            await self._room.inbox.leave(self._claim.lease, ending)
        if ending.also is not None:
            self._room.outlet.wakeup.call()
        logger.info(
            "task_left",
            task_id=str(self._claim.task.task_id),
            status=str(ending.leaving.status),
            attempt=self._claim.task.attempt,
        )

    async def _leave_saying(self, ending: Ending) -> None:
        """End the claim with words, which are on their way as soon as they are stored."""
        outlet, opening = self._room.outlet, self._opening(ending.parts[0])

        def told(part: OutboxPart | None) -> None:
            outlet.wakeup.call() if opening is None else outlet.begun(opening, part)

        await self._room.inbox.leave(self._claim.lease, replace(ending, opening=opening), told)
        await asyncio.sleep(0)  # the answer is on its way first

    def _opening(self, first: NewPart) -> Opening | None:
        """Ask to send the first part at once; None where it takes its turn in the outbox.

        That is where nobody wrote: then only the outbox knows the newest message of that chat.
        """
        talk, heard = self._claim.conversation, self._newest.payload.get("message_id")
        if talk is None or not heard:
            return None
        return self._room.outlet.open(talk, first, str(heard))

    async def leave_cancelled(self) -> None:
        """End the claim because a person asked for it; an answer half shown is marked as such."""
        task = self._claim.task
        shown = await self._room.database.transact(
            "preview", lambda: outbox.preview_of(task.task_id)
        )
        ending = Ending(leaving=Leaving(status=TaskStatus.CANCELLED, reason="stopped"))
        if shown is not None and shown.state in PERHAPS_SHOWN:
            stopped = f"{self._shown_text}\n\n{say(Phrase.WORK_STOPPED, self._language)}".strip()
            ending = replace(ending, parts=self._parts(OutboxKind.FINAL, stopped))
        await self.leave(ending)

    async def put_off(self, decision: RetryDecision) -> None:
        """Give the task back, to be tried again later; the attempt counts."""
        leaving = Leaving(
            status=TaskStatus.PENDING,
            reason=decision.reason,
            not_before=self._room.clock.now() + decision.wait,
        )
        await self.leave(Ending(leaving=leaving))

    def _refusal(self) -> Ending | None:
        """Return how a task ends that must not be worked on."""
        task = self._claim.task
        if is_scheduled(task) and self._claim.role is Role.BLOCKED:
            return Ending(leaving=Leaving(status=TaskStatus.CANCELLED, reason="owner blocked"))
        if task.barren_attempts > self._room.settings.max_barren_attempts:
            text = say(
                Phrase.QUARANTINED,
                self._language,
                attempts=task.barren_attempts - 1,
                task=task.task_id,
            )
            return self._final(TaskStatus.FAILED, text, reason=QUARANTINED)
        if task.deadline is not None and task.deadline <= self._room.clock.now():
            text = say(Phrase.DEADLINE_PASSED, self._language)
            return self._final(TaskStatus.FAILED, text, reason="deadline_passed")
        return None

    async def _work(self) -> AgentResult:
        talk = self._claim.conversation
        if talk is None or is_scheduled(self._claim.task):
            return await self._answer(SilentReport())
        preview = AnswerPreview(
            self._room.stage, self._claim.task.task_id, talk, await self._known_preview()
        )
        self._preview = preview
        async with plain_group() as group:
            group.create_task(preview.run())
            try:
                return await self._answer(preview)
            finally:
                preview.finish()

    @property
    def _shown_text(self) -> str:
        """What of the answer this attempt has shown so far."""
        return self._preview.shown if self._preview is not None else ""

    async def _known_preview(self) -> str:
        """Return the id of the preview that an earlier attempt sent, if any."""
        task = self._claim.task
        if task.attempt == 1:
            return ""
        found = await self._room.database.transact(
            "preview", lambda: outbox.preview_of(task.task_id)
        )
        is_there = found is not None and found.state is OutboxState.SENT
        return found.platform_message_id if found is not None and is_there else ""

    async def _answer(self, report: Report) -> AgentResult:
        room, claim = self._room, self._claim
        workshop = room.workshop
        soul = self._soul()
        workspace = await workshop.workspace(claim.task.conversation_id or claim.task.task_id)
        place = claim.conversation.address.kind if claim.conversation else PRIVATE
        shared = workshop.shared_tools(workspace, claim.task.user_id, self._language)
        tools = permitted([*shared, room.propose(claim, workspace)], claim.role, place)
        files = await self._files()
        pictures = await pictures_of(files, workspace) if workshop.takes_images else ()
        can_give = claim.conversation is not None and not is_scheduled(claim.task)
        drop = self._drop(workspace) if can_give else None
        async with plain_group() as group:
            crew = TaskCrew(room.crew, claim, tools, group)
            crew.resume()
            equipment = Equipment(
                soul=soul,
                model=self._model(soul.model),
                tools=tools,
                crew=crew,
                spill=WorkspaceSpill(workspace),
                schedules=self._books.schedules,
                follow_ups=self._books.follow_ups,
                drop=drop,
            )
            try:
                return await answer(self._turn(files, pictures), equipment, self._journal, report)
            finally:
                crew.release()

    def _soul(self) -> Soul:
        """Return who answers: the Manager, or whom a schedule names, as long as there is one."""
        souls = self._room.workshop.souls
        wanted = str(self._claim.task.metadata.get("soul") or MANAGER_SOUL)
        soul = souls.get(wanted) or souls.get(MANAGER_SOUL)
        if soul is None:
            raise LookupError("there is no soul 'manager'; put souls/manager.md back")
        if soul.name != wanted:
            logger.warning("soul_is_gone", soul=wanted)
        return soul

    def _model(self, of_soul: str | None) -> Model:
        talk = self._claim.conversation
        chosen = str(self._claim.task.metadata.get("model") or "")
        if not chosen and talk is not None:
            chosen = talk.model
        return self._room.workshop.model(chosen or of_soul or "")

    async def _files(self) -> Sequence[ReceivedFile]:
        """Return the files that came with the message and with later answers, once here."""
        together = (self._claim.task, *self._claim.collected)
        found = [
            await self._room.files.of_task(task.task_id)
            for task in together
            if has_attachments(task) or task.attempt > 1
        ]
        return [file for of_one in found for file in of_one]

    def _drop(self, workspace: Path) -> OutgoingFiles:
        self._outgoing = self._room.outgoing(self._claim.task.task_id, workspace)
        return self._outgoing

    async def _with_files(self, ending: Ending) -> Ending:
        """Add the files that the Manager has sent so far; those that were added before stay."""
        task, outgoing = self._claim.task, self._outgoing
        was_used = any(step.name == SEND_FILE for step in self._claim.steps)
        if outgoing is None or not ending.parts or not (was_used or outgoing.was_used):
            return ending
        recorded = await self._room.database.transact(
            "sent_files", lambda: steps.of_task(task.task_id)
        )
        sent = outgoing.sent(recorded, task.task_id)
        notes = [f"[sent: {one.file.name}]" for one in sent]
        return replace(
            ending,
            parts=(*ending.parts, *file_parts(ending.parts[-1], task.task_id, sent)),
            spoken="\n".join((ending.spoken, *notes)),
        )

    def _turn(self, files: Sequence[ReceivedFile], pictures: tuple[Picture, ...]) -> Turn:
        task, talk = self._claim.task, self._claim.conversation
        steers = self._claim.busy_mode is BusyMode.STEER and not is_scheduled(task)
        return Turn(
            request=requests_text([task, *self._claim.collected], files),
            pictures=pictures,
            situation=Situation(
                now=self._room.clock.now(),
                person=str(task.payload.get("sender_name", "")),
                channel=talk.address.channel if talk else "no channel",
                is_group=talk is not None and talk.address.kind is ConversationKind.GROUP,
                language=self._language,
                is_scheduled=is_scheduled(task),
            ),
            earlier=[
                Exchange(is_from_person=one.direction is Direction.IN, text=one.text)
                for one in self._claim.history
            ],
            context_tokens=self._room.workshop.context_tokens,
            can_ask=talk is not None and not is_scheduled(task),
            heard_meanwhile=partial(self._journal.note, find=self._steer) if steers else None,
        )

    def _steer(self, now: datetime) -> Script[str]:
        """Take what the person said since the work began; with files, once these are here."""
        task = self._claim.task
        awaited = yield from files.awaited(task.lane)
        heard = yield from tasks.collect(task, now, until=awaited)
        came: list[ReceivedFile] = []
        for one in filter(has_attachments, heard):
            came += yield from files.of_task(one.task_id)
        return requests_text(heard, came)

    async def _scheduled(self) -> str:
        """Say when what this task has scheduled is due; empty where it has scheduled nothing."""
        was_used = any(step.name == CREATE_SCHEDULE for step in self._claim.steps)
        book = self._books.schedules
        if book is None or not (was_used or book.was_used):
            return ""
        return await book.made(self._language)

    async def _ending(self, result: AgentResult) -> Ending:
        """Decide how a run ends; dividing a long answer takes too long for the event loop."""
        made = await self._scheduled()
        if isinstance(result, AgentAnswer) and len(result.text) > LONG_TEXT:
            return await asyncio.to_thread(self._ended, result, made)
        return self._ended(result, made)

    def _ended(self, result: AgentResult, made: str) -> Ending:
        if isinstance(result, AgentAnswer):
            return self._final(TaskStatus.COMPLETED, _joined(result.text, made))
        text = _joined(stop_text(result, self._language), made)
        return self._final(TaskStatus.FAILED, text, reason=f"{result.reason}: {result.detail}")

    def _final(self, status: TaskStatus, text: str, *, reason: str = "") -> Ending:
        is_said = self._claim.task.requires_reply
        return Ending(
            leaving=Leaving(status=status, reason=reason, final_output=text),
            parts=self._parts(OutboxKind.FINAL, text) if is_said else (),
            spoken=text,
        )

    def _asked(self, suspended: Suspended) -> Ending:
        text = self._question(suspended)
        status = TaskStatus.WAITING_INPUT if text else TaskStatus.WAITING_EXTERNAL
        # Only answered ones count: where the process died while asking, this one stands there open.
        answered = sum(
            step.name == ASK_USER and step.state is StepState.DONE for step in self._claim.steps
        )
        return Ending(
            leaving=Leaving(status=status, reason=suspended.waiting_for, is_forgiven=True),
            parts=self._parts(
                OutboxKind.QUESTION, text, suffix=f":{answered + 1}", options=suspended.options
            )
            if text
            else (),
            spoken=text,
            also=self._preview.retire if self._preview is not None else None,
        )

    def _question(self, suspended: Suspended) -> str:
        """Put a question into words; options are listed where the channel has no buttons."""
        talk = self._claim.conversation
        has_buttons = talk is not None and self._room.stage.roster.shows_options(talk.address)
        return question_text(suspended.question, () if has_buttons else suspended.options)

    def _parked(self, unavailable: ModelUnavailable) -> Ending:
        wait = max(unavailable.retry_after, SHORTEST_PARKING)
        text = say(Phrase.MODEL_DOWN, self._language)
        return Ending(
            leaving=Leaving(
                status=TaskStatus.PENDING,
                reason=f"model unavailable: {unavailable.reason}",
                not_before=self._room.clock.now() + wait,
                is_forgiven=True,
            ),
            parts=self._parts(OutboxKind.NOTICE, text),
        )

    def _parts(
        self, kind: OutboxKind, text: str, *, suffix: str = "", options: tuple[str, ...] = ()
    ) -> Sequence[NewPart]:
        """Make the parts of something said; a part that exists under its key stays as it is."""
        task, talk = self._claim.task, self._claim.conversation
        if talk is None:
            return ()
        settings = self._room.delivery
        seconds = (
            settings.notice_ttl_seconds if kind is OutboxKind.NOTICE else settings.reply_ttl_seconds
        )
        return numbered(
            NewPart(
                part_key=f"{task.task_id}:{kind}{suffix}",
                kind=kind,
                conversation_id=talk.conversation_id,
                channel=talk.address.channel,
                part_no=0,
                text="",
                task_id=task.task_id,
                reply_to=self._reply_to(talk),
                options=options,
                expires_at=self._room.clock.now() + timedelta(seconds=seconds),
            ),
            self._room.stage.roster.split(talk.address, text),
        )

    def _reply_to(self, talk: Conversation) -> str:
        """Return what the answer replies to: the last message that asked.

        Only where it might be taken for the answer to another one: in a group, and where messages
        of one person are answered one by one.
        """
        is_private = talk.address.kind is ConversationKind.PRIVATE
        if is_private and self._claim.busy_mode is not BusyMode.QUEUE:
            return ""
        return str(self._newest.payload.get("message_id", ""))

    @property
    def _newest(self) -> TaskEnvelope:
        """The last of the messages that are being answered."""
        return [self._claim.task, *self._claim.collected][-1]


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def stop_text(stopped: AgentStopped, language: str) -> str:
    """Say why a run was ended."""
    return say(Phrase(f"stopped_{stopped.reason}"), language, detail=stopped.detail)
