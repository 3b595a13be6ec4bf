"""What /cron tells of one schedule: what it is, when it is due, and what came of its times."""

from datetime import datetime, timedelta

from gateway.commands.call import Call
from gateway.commands.command import Reply
from gateway.commands.layout import bullets, code, excerpt, paragraphs, plain, short_id
from gateway.commands.record import tokens
from gateway.envelope import Priority
from gateway.lifecycle import TERMINAL, TaskStatus
from gateway.phrases import Phrase
from gateway.schedule.quiet import parse_quiet, quiet_until
from gateway.schedule.spans import span_text
from gateway.schedule.timing import timing_of, upcoming
from gateway.schedule.words import local_text, timing_text
from gateway.schedule.zones import zone_of
from gateway.store import preferences, schedules, ticks
from gateway.store.preferences import Preferences
from gateway.store.schedules import Schedule
from gateway.store.statement import Script
from gateway.store.ticks import AlikeTicks, Tick, TickReason, TickState, Told

SHOWN_TIMES = 8
COSTS_OF = timedelta(days=30)
WHY_DAYS = 7
SHOWN_TICKS = 30


def show(call: Call, one: Schedule) -> Script[Reply]:
    """Show all that a schedule is."""
    told = yield from schedules.targets(one.schedule_id)
    facts = [
        timing_text(timing_of(one), call.language),
        _state(call, one),
        call.say(Phrase.CRON_TARGETS, count=len(told)),
        call.say(
            Phrase.CRON_POLICY,
            missed=one.missed,
            window=span_text(one.window),
            overlap=one.overlap,
        ),
    ]
    if one.priority is not Priority.LOW:
        facts.append(call.say(Phrase.CRON_PRIORITY, priority=one.priority.name.lower()))
    if one.model:
        facts.append(call.say(Phrase.CRON_MODEL, model=code(one.model)))
    if one.soul:
        facts.append(call.say(Phrase.CRON_SOUL, soul=code(one.soul)))
    if one.until is not None:
        facts.append(call.say(Phrase.CRON_UNTIL, at=local_text(one.until, one.time_zone)))
    if one.failures:
        facts.append(call.say(Phrase.CRON_FAILURES, count=one.failures))
    head = f"**`{short_id(one.schedule_id)}`**"
    return Reply(text=paragraphs(head, f"> {excerpt(one.goal, 300)}", bullets(facts)))


def _state(call: Call, one: Schedule) -> str:
    if one.ended_at is not None:
        return call.say(Phrase.CRON_ENDED, at=local_text(one.ended_at, one.time_zone))
    if one.is_paused:
        return call.say(Phrase.CRON_PAUSED_BECAUSE, reason=plain(one.pause_reason))
    if one.next_fire_at is None:
        return call.say(Phrase.CRON_NEVER)
    return call.say(Phrase.CRON_NEXT, at=local_text(one.next_fire_at, one.time_zone))


def preview(call: Call, one: Schedule) -> Script[Reply]:
    """Show the next times with daylight saving and quiet hours, and what past runs cost."""
    used = yield from ticks.costs(one.schedule_id, call.now - COSTS_OF)
    chosen = yield from preferences.read(one.user_id)
    zone = zone_of(one.time_zone)
    lines = []
    offset = call.now.astimezone(zone).utcoffset()
    for instant in upcoming(timing_of(one), call.now, SHOWN_TIMES):
        text = local_text(instant, one.time_zone)
        if (shifted := instant.astimezone(zone).utcoffset()) != offset:
            text = f"{text} — {call.say(Phrase.CRON_SHIFT)}"
            offset = shifted
        lines.append(f"{text}{_quiet(call, one, chosen, instant)}")
    costs = call.say(
        Phrase.CRON_COSTS,
        runs=used.runs,
        calls=used.calls,
        tokens=tokens(call, used.input_tokens, used.output_tokens),
    )
    head = call.say(Phrase.CRON_PREVIEW, zone=one.time_zone)
    return Reply(text=paragraphs(head, bullets(lines) or call.say(Phrase.CRON_NEVER), costs))


def _quiet(call: Call, one: Schedule, chosen: Preferences, instant: datetime) -> str:
    """Say when a message of that time arrives, where it has to wait for the quiet hours to end."""
    if not chosen.quiet_hours or one.priority is Priority.HIGH:
        return ""
    zone = chosen.time_zone or call.surroundings.time_zone
    until = quiet_until(parse_quiet(chosen.quiet_hours), zone, instant)
    if until is None:
        return ""
    return f" — {call.say(Phrase.CRON_QUIET, at=local_text(until, zone))}"


def why(call: Call, one: Schedule) -> Script[Reply]:
    """Say what came of each due instant of the last days, the newest first."""
    since = call.now - timedelta(days=WHY_DAYS)
    found = yield from ticks.history(one.schedule_id, since, SHOWN_TICKS)
    if not found:
        return call.reply(Phrase.CRON_WHY_NONE, days=WHY_DAYS)
    lines = [_tick_line(call, one, tick) for tick in found]
    for alike in (yield from ticks.older(one.schedule_id, since, found[-1].due_at)):
        lines.append(_alike_line(call, alike))  # noqa: PERF401 - a comprehension cannot yield
    return Reply(text=bullets(lines))


def _alike_line(call: Call, alike: AlikeTicks) -> str:
    facts = [call.say(Phrase.CRON_WHY_OLDER, count=alike.instants)]
    return " · ".join((*facts, *_came_to(call, alike.state, alike.reason, alike.status)))


def _came_to(
    call: Call, state: TickState, reason: TickReason, status: TaskStatus | None
) -> list[str]:
    facts = [call.say(Phrase(f"tick_{state}"))]
    if reason is not TickReason.NONE:
        facts.append(call.say(Phrase(f"tick_{reason}")))
    if status is not None:
        facts.append(call.say(Phrase(f"task_{status}")))
    return facts


def _tick_line(call: Call, one: Schedule, tick: Tick) -> str:
    at = local_text(tick.due_at, one.time_zone)
    if tick.instants > 1:
        at = call.say(
            Phrase.CRON_WHY_RANGE,
            first=at,
            last=local_text(tick.last_due_at, one.time_zone),
            count=tick.instants,
        )
    facts = [at, *_came_to(call, tick.state, tick.reason, tick.status)]
    if tick.status in TERMINAL:
        facts.append(_told(call, one, tick))
    if tick.status is not None and tick.task_id is not None:
        facts.append(code(short_id(tick.task_id)))
    if tick.dispatch_reason:
        facts.append(excerpt(tick.dispatch_reason))
    return " · ".join(facts)


def _told(call: Call, one: Schedule, tick: Tick) -> str:
    if tick.told is Told.NOTHING:
        return call.say(Phrase.TOLD_NOTHING)
    until = local_text(tick.held_until, one.time_zone) if tick.held_until else ""
    return call.say(Phrase(f"told_{tick.told}"), at=until)
