"""The commands about a person's own clock: /zone, /quiet and /snooze."""

from gateway.commands.call import Call
from gateway.commands.command import LookAtClock, Reply
from gateway.commands.layout import code, excerpt, plain
from gateway.errors import ScheduleError
from gateway.phrases import Phrase
from gateway.schedule.quiet import parse_quiet
from gateway.schedule.spans import parse_span
from gateway.schedule.words import local_text
from gateway.schedule.zones import zone_of
from gateway.store import held, preferences, schedules
from gateway.store.statement import Script

OFF = frozenset({"off", "关", "关闭", "取消"})


def zone(call: Call) -> Script[Reply]:
    """Show the person's time zone, or set it."""
    wanted = call.command.argument
    if not wanted:
        chosen = yield from _zone_of(call)
        return call.reply(Phrase.ZONE_SHOWN, zone=code(chosen), at=local_text(call.now, chosen))
    try:
        zone_of(wanted)
    except ScheduleError as error:
        return Reply(text=plain(str(error)))
    yield from preferences.set_time_zone(call.person.user_id, wanted)
    return call.reply(Phrase.ZONE_SET, zone=code(wanted), at=local_text(call.now, wanted))


def _zone_of(call: Call) -> Script[str]:
    chosen = yield from preferences.read(str(call.person.user_id))
    return chosen.time_zone or call.surroundings.time_zone


def quiet(call: Call) -> Script[Reply]:
    """Show the person's quiet hours, set them, or end them."""
    wanted = call.command.argument.lower()
    chosen = yield from preferences.read(str(call.person.user_id))
    zone_name = code(chosen.time_zone or call.surroundings.time_zone)
    if not wanted:
        if not chosen.quiet_hours:
            return call.reply(Phrase.QUIET_NONE)
        return call.reply(Phrase.QUIET_SHOWN, hours=chosen.quiet_hours, zone=zone_name)
    if wanted in OFF:
        yield from preferences.set_quiet_hours(call.person.user_id, "")
        yield from held.release(str(call.person.user_id), call.now)
        return Reply(text=call.say(Phrase.QUIET_OFF), aftermath=(LookAtClock(),))
    try:
        hours = parse_quiet(wanted)
    except ScheduleError as error:
        return Reply(text=plain(str(error)))
    yield from preferences.set_quiet_hours(call.person.user_id, hours.text)
    return call.reply(Phrase.QUIET_SET, hours=hours.text, zone=zone_name)


def snooze(call: Call) -> Script[Reply]:
    """Let the last reminder that was delivered here come again after a while."""
    try:
        wait = parse_span(call.command.argument)
    except ScheduleError:
        return call.reply(Phrase.SNOOZE_USAGE)
    last = yield from schedules.last_reminder(str(call.person.user_id), call.talk.conversation_id)
    if last is None:
        return call.reply(Phrase.SNOOZE_NONE)
    at = (call.now + wait).replace(microsecond=0)
    yield from schedules.fire_again(last.schedule_id, at.isoformat(), at, call.now)
    text = call.say(Phrase.SNOOZED, at=local_text(at, last.time_zone), goal=excerpt(last.goal))
    return Reply(text=text, aftermath=(LookAtClock(),))
