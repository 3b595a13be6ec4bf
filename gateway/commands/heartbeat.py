"""The command /heartbeat: on, off, status, hours, and what is watched."""

from collections.abc import Callable

from gateway.commands.call import Call
from gateway.commands.command import LookAtClock, Reply
from gateway.commands.layout import ago, bullets, code, paragraphs, plain
from gateway.errors import ScheduleError
from gateway.phrases import Phrase
from gateway.schedule.heartbeats import ACTIVE_HOURS
from gateway.schedule.quiet import next_within, parse_quiet
from gateway.schedule.words import local_text
from gateway.store import heartbeats, preferences
from gateway.store.heartbeats import Heartbeat
from gateway.store.statement import Script

MOST_WATCHED = 20
LONGEST_SUBJECT = 500  # characters; the width of the column


def heartbeat(call: Call) -> Script[Reply]:
    """Do what the first word says; without one, tell how it stands."""
    verb, _, given = call.command.argument.partition(" ")
    deed = DEEDS.get(verb.lower())
    subject = given.strip()
    needs_subject = verb.lower() in WITH_SUBJECT
    if deed is None or needs_subject != bool(subject) or len(subject) > LONGEST_SUBJECT:
        return call.reply(Phrase.HEARTBEAT_USAGE)
    return (yield from deed(call, subject))


def _user(call: Call) -> str:
    return str(call.person.user_id)


def _zone(call: Call) -> Script[str]:
    chosen = yield from preferences.read(_user(call))
    return chosen.time_zone or call.surroundings.time_zone


def _switch_on(call: Call, wanted: str) -> Script[Reply]:
    known = yield from heartbeats.find(_user(call))
    hours = wanted or (known.active_hours if known else ACTIVE_HOURS)
    zone = yield from _zone(call)
    try:
        active = parse_quiet(hours)
    except ScheduleError as error:
        return Reply(text=plain(str(error)))
    one = Heartbeat(
        user_id=_user(call),
        conversation_id=call.talk.conversation_id,
        active_hours=active.text,
        next_look_at=next_within(active, zone, call.now),
    )
    yield from heartbeats.put(one)
    text = call.say(Phrase.HEARTBEAT_ON, hours=active.text, zone=code(zone))
    return Reply(text=text, aftermath=(LookAtClock(),))


def _switch_off(call: Call, _: str) -> Script[Reply]:
    known = yield from heartbeats.find(_user(call))
    if known is not None:
        off = Heartbeat(
            user_id=known.user_id,
            conversation_id=known.conversation_id,
            active_hours=known.active_hours,
            next_look_at=None,
        )
        yield from heartbeats.put(off)
    return call.reply(Phrase.HEARTBEAT_OFF)


def _watch(call: Call, subject: str) -> Script[Reply]:
    known = yield from heartbeats.watches(_user(call))
    if len(known) >= MOST_WATCHED:
        return call.reply(Phrase.HEARTBEAT_TOO_MANY, count=len(known))
    yield from heartbeats.watch(_user(call), subject)
    return (yield from _status(call))


def _drop(call: Call, subject: str) -> Script[Reply]:
    yield from heartbeats.drop(_user(call), subject)
    return (yield from _status(call))


def _status(call: Call, _: str = "") -> Script[Reply]:
    known = yield from heartbeats.find(_user(call))
    watched = yield from heartbeats.watches(_user(call))
    last = yield from heartbeats.last_receipt(_user(call))
    zone = yield from _zone(call)
    if known is None or known.next_look_at is None:
        head = call.say(Phrase.HEARTBEAT_IS_OFF)
    else:
        at = local_text(known.next_look_at, zone)
        head = call.say(Phrase.HEARTBEAT_IS_ON, hours=known.active_hours, at=at)
    lines = [call.say(Phrase.HEARTBEAT_WATCHES, subject=code(subject)) for subject in watched]
    if last is not None:
        looked = ago(call.now - last.looked_at, call.language)
        lines.append(call.say(Phrase.HEARTBEAT_LAST, ago=looked, count=last.findings))
    return Reply(text=paragraphs(head, bullets(lines), call.say(Phrase.HEARTBEAT_USAGE)))


WITH_SUBJECT = frozenset({"hours", "watch", "drop"})
DEEDS: dict[str, Callable[[Call, str], Script[Reply]]] = {
    "": _status,
    "status": _status,
    "on": _switch_on,
    "off": _switch_off,
    "hours": _switch_on,
    "watch": _watch,
    "drop": _drop,
}
