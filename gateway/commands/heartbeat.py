"""The command /heartbeat: on, off, status, when it looks, what is watched or left open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from gateway.commands.call import Call
from gateway.commands.command import LookAtClock, Reply
from gateway.commands.layout import (
    ago,
    bullets,
    code,
    excerpt,
    paragraphs,
    plain,
    short_id,
    span,
)
from gateway.errors import ScheduleError
from gateway.phrases import Phrase
from gateway.schedule.follow_ups import find_open
from gateway.schedule.heartbeats import ACTIVE_HOURS
from gateway.schedule.quiet import next_within, parse_quiet
from gateway.schedule.spans import parse_span
from gateway.schedule.words import local_text
from gateway.store import follow_ups, heartbeats, preferences
from gateway.store.follow_ups import FollowUp
from gateway.store.heartbeats import Heartbeat
from gateway.store.statement import Script

MOST_WATCHED = 20
OFTENEST, RAREST = timedelta(minutes=5), timedelta(days=1)  # between two looks
COUNTED = timedelta(days=7)
SHOWN_FINDS = 3  # looks that found something
SHOWN_TITLES = 3  # of each of them
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


def _switch_on(call: Call, _: str = "") -> Script[Reply]:
    known = yield from _known(call)
    return (yield from _put(call, replace(known, conversation_id=call.talk.conversation_id)))


def _known(call: Call) -> Script[Heartbeat]:
    """Read the person's heartbeat, or how it is to begin with."""
    known = yield from heartbeats.find(_user(call))
    return known or Heartbeat(
        user_id=_user(call),
        conversation_id=call.talk.conversation_id,
        active_hours=ACTIVE_HOURS,
        next_look_at=None,
    )


def _put(call: Call, wanted: Heartbeat) -> Script[Reply]:
    """Switch a heartbeat on as it is wanted; the first look comes soon."""
    zone = yield from _zone(call)
    active = parse_quiet(wanted.active_hours)
    yield from heartbeats.put(replace(wanted, next_look_at=next_within(active, zone, call.now)))
    text = call.say(
        Phrase.HEARTBEAT_ON,
        every=span(wanted.every, call.language),
        hours=wanted.active_hours,
        zone=code(zone),
    )
    return Reply(text=text, aftermath=(LookAtClock(),))


def _hours(call: Call, given: str) -> Script[Reply]:
    try:
        active = parse_quiet(given)
    except ScheduleError as error:
        return Reply(text=plain(str(error)))
    known = yield from _known(call)
    return (yield from _put(call, replace(known, active_hours=active.text)))


def _every(call: Call, given: str) -> Script[Reply]:
    try:
        every = parse_span(given)
    except ScheduleError as error:
        return Reply(text=plain(str(error)))
    if not OFTENEST <= every <= RAREST:
        return call.reply(Phrase.HEARTBEAT_EVERY_USAGE)
    known = yield from _known(call)
    return (yield from _put(call, replace(known, every=every)))


def _switch_off(call: Call, _: str) -> Script[Reply]:
    known = yield from heartbeats.find(_user(call))
    if known is not None:
        yield from heartbeats.put(replace(known, next_look_at=None))
    return call.reply(Phrase.HEARTBEAT_OFF)


def _close(call: Call, given: str) -> Script[Reply]:
    """Close a follow-up that the person no longer wants."""
    one = yield from find_open(_user(call), given)
    if one is None:
        return call.reply(Phrase.FOLLOW_UP_UNKNOWN)
    yield from follow_ups.close(one, call.say(Phrase.CRON_BY_REQUEST), call.now)
    return call.reply(Phrase.FOLLOW_UP_CLOSED, subject=excerpt(one.subject))


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
    zone = yield from _zone(call)
    if known is None or known.next_look_at is None:
        head = call.say(Phrase.HEARTBEAT_IS_OFF)
    else:
        head = call.say(
            Phrase.HEARTBEAT_IS_ON,
            every=span(known.every, call.language),
            hours=known.active_hours,
            at=local_text(known.next_look_at, zone),
        )
    lines = [*(yield from _looks(call)), *(yield from _open(call, zone))]
    return Reply(text=paragraphs(head, bullets(lines), call.say(Phrase.HEARTBEAT_USAGE)))


def _looks(call: Call) -> Script[list[str]]:
    """Say how often was looked, how many looks cost nothing, and what the last ones found."""
    last = yield from heartbeats.last_receipt(_user(call))
    if last is None:
        return []
    counted = yield from heartbeats.tally(_user(call), call.now - COUNTED)
    lines = [
        call.say(
            Phrase.HEARTBEAT_TALLY,
            days=COUNTED.days,
            looks=counted.looks,
            nothing=counted.for_nothing,
            count=counted.findings,
        ),
        call.say(
            Phrase.HEARTBEAT_LAST,
            ago=ago(call.now - last.looked_at, call.language),
            count=last.findings,
        ),
    ]
    for found in (yield from heartbeats.found_last(_user(call), SHOWN_FINDS)):
        titles = "; ".join(excerpt(title) for title in found.titles[:SHOWN_TITLES])
        more = len(found.titles) - SHOWN_TITLES
        lines.append(
            call.say(
                Phrase.HEARTBEAT_FOUND,
                ago=ago(call.now - found.looked_at, call.language),
                titles=f"{titles} (+{more})" if more > 0 else titles,
            )
        )
    return lines


def _open(call: Call, zone: str) -> Script[list[str]]:
    """Say what is watched, and what was left open."""
    watched = yield from heartbeats.watches(_user(call))
    left = yield from follow_ups.open_of(_user(call))
    return [
        *(call.say(Phrase.HEARTBEAT_WATCHES, subject=code(subject)) for subject in watched),
        *(follow_up_line(call, one, zone) for one in left),
    ]


def follow_up_line(call: Call, one: FollowUp, zone: str) -> str:
    """Say what was left open, until when, and when it is reviewed."""
    return call.say(
        Phrase.FOLLOW_UP_OPEN,
        id=short_id(one.follow_up_id),
        subject=excerpt(one.subject),
        done=excerpt(one.done_when),
        at=local_text(one.next_review_after, zone),
    )


WITH_SUBJECT = frozenset({"hours", "every", "watch", "drop", "close"})
DEEDS: dict[str, Callable[[Call, str], Script[Reply]]] = {
    "": _status,
    "status": _status,
    "on": _switch_on,
    "off": _switch_off,
    "hours": _hours,
    "every": _every,
    "watch": _watch,
    "drop": _drop,
    "close": _close,
}
