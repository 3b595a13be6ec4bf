"""What /cron tells of one schedule: what it is, when it is due, and what came of its times."""

from datetime import timedelta

from gateway.commands.call import Call
from gateway.commands.command import Reply
from gateway.commands.layout import bullets, code, excerpt, paragraphs, plain, short_id
from gateway.commands.record import tokens
from gateway.phrases import Phrase
from gateway.schedule.spans import span_text
from gateway.schedule.timing import timing_of, upcoming
from gateway.schedule.words import local_text, timing_text
from gateway.schedule.zones import zone_of
from gateway.store import schedules, ticks
from gateway.store.schedules import Schedule
from gateway.store.statement import Script
from gateway.store.ticks import Tick, TickReason

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
    if one.until is not None:
        facts.append(call.say(Phrase.CRON_UNTIL, at=local_text(one.until, one.time_zone)))
    if one.failures:
        facts.append(call.say(Phrase.CRON_FAILURES, count=one.failures))
    head = f"**`{short_id(one.schedule_id)}`**"
    return Reply(text=paragraphs(head, f"> {excerpt(one.goal, 300)}", bullets(facts)))


def _state(call: Call, one: Schedule) -> str:
    if one.is_paused:
        return call.say(Phrase.CRON_PAUSED_BECAUSE, reason=plain(one.pause_reason))
    if one.next_fire_at is None:
        return call.say(Phrase.CRON_NEVER)
    return call.say(Phrase.CRON_NEXT, at=local_text(one.next_fire_at, one.time_zone))


def preview(call: Call, one: Schedule) -> Script[Reply]:
    """Show the next times, where the clocks change between them, and what past runs cost."""
    used = yield from ticks.costs(one.schedule_id, call.now - COSTS_OF)
    zone = zone_of(one.time_zone)
    lines = []
    offset = call.now.astimezone(zone).utcoffset()
    for instant in upcoming(timing_of(one), call.now, SHOWN_TIMES):
        text = local_text(instant, one.time_zone)
        if (shifted := instant.astimezone(zone).utcoffset()) != offset:
            text = f"{text} — {call.say(Phrase.CRON_SHIFT)}"
            offset = shifted
        lines.append(text)
    costs = call.say(
        Phrase.CRON_COSTS,
        runs=used.runs,
        calls=used.calls,
        tokens=tokens(call, used.input_tokens, used.output_tokens),
    )
    head = call.say(Phrase.CRON_PREVIEW, zone=one.time_zone)
    return Reply(text=paragraphs(head, bullets(lines) or call.say(Phrase.CRON_NEVER), costs))


def why(call: Call, one: Schedule) -> Script[Reply]:
    """Say what came of each due instant of the last days, the newest first."""
    since = call.now - timedelta(days=WHY_DAYS)
    found = yield from ticks.history(one.schedule_id, since, SHOWN_TICKS)
    if not found:
        return call.reply(Phrase.CRON_WHY_NONE, days=WHY_DAYS)
    return Reply(text=bullets(_tick_line(call, one, tick) for tick in found))


def _tick_line(call: Call, one: Schedule, tick: Tick) -> str:
    at = local_text(tick.due_at, one.time_zone)
    if tick.instants > 1:
        at = call.say(
            Phrase.CRON_WHY_RANGE,
            first=at,
            last=local_text(tick.last_due_at, one.time_zone),
            count=tick.instants,
        )
    facts = [at, call.say(Phrase(f"tick_{tick.state}"))]
    if tick.reason is not TickReason.NONE:
        facts.append(call.say(Phrase(f"tick_{tick.reason}")))
    if tick.status is not None and tick.task_id is not None:
        facts.append(call.say(Phrase(f"task_{tick.status}")))
        facts.append(code(short_id(tick.task_id)))
    if tick.dispatch_reason:
        facts.append(excerpt(tick.dispatch_reason))
    return " · ".join(facts)
