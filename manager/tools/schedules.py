"""The tools by which the Manager makes schedules and reminders for a person."""

import json
from dataclasses import asdict
from typing import Final

from manager.schedules import ScheduleBook, ScheduleNote, ScheduleOrder
from workers.models.protocol import ToolSpec
from workers.models.wellformed import well_formed
from workers.tools.arguments import text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext

CREATE_SCHEDULE: Final = "create_schedule"
CREATE_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "kind": {
                "type": "string",
                "enum": ["once", "interval", "daily", "cron"],
                "description": "once is for reminders",
            },
            "when": {
                "type": "string",
                "pattern": "\\S",
                "maxLength": 200,
                "description": (
                    "by the person's clock. once: 'tomorrow at 9', 'in 20 minutes', "
                    "'明天早上9点', '2026-01-05T09:00'; interval: '30m', '2h'; daily: '09:00'; "
                    "cron: five fields as in crontab(5), such as '0 9 * * 1-5', or '@weekly'"
                ),
            },
            "goal": {
                "type": "string",
                "pattern": "\\S",
                "maxLength": 4000,
                "description": "what you shall do then; you will know nothing else of this talk",
            },
            "time_zone": {"type": "string", "description": "IANA name; else the person's own"},
            "until": {"type": "string", "description": "the end date, written as for once"},
            "missed": {
                "type": "string",
                "enum": ["skip", "latest", "all"],
                "description": "what to do about times at which the gateway was not running",
            },
            "window": {
                "type": "string",
                "description": "how late such a time is still made up for: '2h'; 12 hours if empty",
            },
            "overlap": {
                "type": "string",
                "enum": ["skip", "queue"],
                "description": "what to do at a time when the run before has not ended",
            },
            "priority": {
                "type": "string",
                "enum": ["low", "normal", "high"],
                "description": "low unless asked otherwise; high is urgent: it passes quiet hours",
            },
            "model": {"type": "string", "description": "another model; for administrators"},
            "soul": {"type": "string", "description": "another soul than yours"},
        },
        "required": ["kind", "when", "goal"],
        "additionalProperties": False,
    }
)
CANCEL_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {"schedule_id": {"type": "string", "pattern": "\\S"}},
        "required": ["schedule_id"],
        "additionalProperties": False,
    }
)
NO_PARAMETERS: Final = json.dumps({"type": "object", "properties": {}})


class CreateSchedule:
    """`create_schedule`: makes a schedule; making the same call again makes no second one."""

    effect = Effect.IDEMPOTENT
    spec = ToolSpec(
        name=CREATE_SCHEDULE,
        description=(
            "Do something later or regularly, or remind the person. When it is due, the next dates "
            "and how to undo it are put below your answer, so say only what will be done."
        ),
        parameters=CREATE_PARAMETERS,
    )

    def __init__(self, book: ScheduleBook) -> None:
        self._book = book

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the schedule in plain words as JSON."""
        order = ScheduleOrder(
            kind=text_argument(arguments, "kind"),
            when=well_formed(text_argument(arguments, "when")),
            goal=well_formed(text_argument(arguments, "goal")),
            time_zone=_optional(arguments, "time_zone"),
            missed=_optional(arguments, "missed"),
            window=_optional(arguments, "window"),
            overlap=_optional(arguments, "overlap"),
            until=_optional(arguments, "until"),
            model=_optional(arguments, "model"),
            soul=_optional(arguments, "soul"),
            priority=_optional(arguments, "priority"),
        )
        return _as_json(await self._book.create(order, context.step_id))


class ListSchedules:
    """`list_schedules`: the person's schedules and when each is due next."""

    effect = Effect.READ
    spec = ToolSpec(
        name="list_schedules",
        description="List the person's schedules and reminders.",
        parameters=NO_PARAMETERS,
    )

    def __init__(self, book: ScheduleBook) -> None:
        self._book = book

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the list as JSON."""
        del arguments, context
        return json.dumps([asdict(one) for one in await self._book.listed()], ensure_ascii=False)


class CancelSchedule:
    """`cancel_schedule`: ends a schedule; ending it again says that there is none."""

    effect = Effect.IDEMPOTENT
    spec = ToolSpec(
        name="cancel_schedule",
        description="Delete one of the person's schedules; list_schedules shows the ids.",
        parameters=CANCEL_PARAMETERS,
    )

    def __init__(self, book: ScheduleBook) -> None:
        self._book = book

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return what was ended as JSON."""
        del context
        return _as_json(await self._book.cancel(text_argument(arguments, "schedule_id")))


def _optional(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    return well_formed(value) if isinstance(value, str) else ""


def _as_json(note: ScheduleNote) -> str:
    return json.dumps({"ok": True, **asdict(note)}, ensure_ascii=False)
