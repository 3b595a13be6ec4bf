"""The commands about people: /users, /pair, /approve and /deny."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.commands.call import Call
from gateway.commands.codes import fingerprint
from gateway.commands.command import Reply
from gateway.commands.layout import ago, bullets, code, paragraphs, plain, span
from gateway.parts import numbered
from gateway.phrases import Phrase, say
from gateway.store import outbox, pairings, people, settings
from gateway.store.outbox import NewPart, OutboxKind
from gateway.store.pairings import Pairing
from gateway.store.people import KnownPerson, Newcomer, Person, Role
from gateway.store.statement import Script

WRONG_CODES_PER_HOUR = 5  # of one admin; then even a right one has to wait for the next hour
WELCOME_KEPT = timedelta(days=1)  # the word that somebody was let in is worth sending this long
GIVEN_ROLES = (Role.MEMBER, Role.GUEST, Role.ADMIN)  # the first one unless the admin names another


def list_users(call: Call) -> Script[Reply]:
    """List everybody who is known, with role and identities."""
    known = yield from people.list_all()
    return Reply(text=bullets(_user_line(call, one) for one in known))


def _user_line(call: Call, known: KnownPerson) -> str:
    identities = ", ".join(code(one.text) for one in known.identities)
    return f"{plain(known.person.name)} · {_role(call, known.person.role)} · {identities}"


def _role(call: Call, role: Role) -> str:
    return call.say(Phrase(f"role_{role}"))


def list_requests(call: Call) -> Script[Reply]:
    """List the strangers who wait to be let in."""
    yield from pairings.expire(call.now)
    waiting = yield from pairings.list_all()
    if not waiting:
        return call.reply(Phrase.PAIR_NONE)
    lines = bullets(_request_line(call, one) for one in waiting)
    return Reply(text=paragraphs(lines, call.say(Phrase.PAIR_HINT)))


def _request_line(call: Call, waiting: Pairing) -> str:
    asked = ago(call.now - waiting.created_at, call.language)
    left = span(waiting.expires_at - call.now, call.language)
    name, identity = plain(waiting.sender_name), code(waiting.identity.text)
    return f"{name} · {identity} · {call.say(Phrase.PAIR_LINE, ago=asked, span=left)}"


def approve(call: Call) -> Script[Reply]:
    """Let the stranger in whose code this is, as a member unless another role is named."""
    given, _, named = call.command.argument.partition(" ")
    role = _named_role(named)
    if not given or role is None:
        return call.reply(Phrase.APPROVE_USAGE)
    counter, hour = f"approve:{call.person.user_id}", f"{call.now:%Y-%m-%dT%H}"
    if (yield from settings.count_tries(counter, hour)) >= WRONG_CODES_PER_HOUR:
        return call.reply(Phrase.APPROVE_LOCKED)
    yield from pairings.expire(call.now)
    waiting = yield from pairings.find_by_code(fingerprint(given))
    if waiting is None:
        tries = yield from settings.add_try(counter, hour)
        return call.reply(Phrase.APPROVE_WRONG, left=WRONG_CODES_PER_HOUR - tries)
    return (yield from _let_in(call, waiting, role))


def _named_role(named: str) -> Role | None:
    word = named.strip().lower()
    return next((role for role in GIVEN_ROLES if word in {"", role}), None)


def _let_in(call: Call, waiting: Pairing, role: Role) -> Script[Reply]:
    """Make a person of a stranger and tell them so; whoever is known already stays as they are."""
    yield from pairings.close(waiting.pairing_id)
    known = yield from people.find(waiting.identity)
    if known is not None:
        return _decided(call, Phrase.APPROVED_BEFORE, known)
    newcomer = Newcomer(
        identity=waiting.identity,
        role=role,
        name=waiting.sender_name,
        language=waiting.language,
    )
    person = yield from people.add(newcomer, call.now)
    yield from outbox.enqueue(_welcome(waiting, person, call.now), call.now)
    return _decided(call, Phrase.APPROVED, person)


def _decided(call: Call, phrase: Phrase, person: Person) -> Reply:
    return call.reply(phrase, name=plain(person.name), role=_role(call, person.role))


def _welcome(waiting: Pairing, person: Person, now: datetime) -> Sequence[NewPart]:
    template = NewPart(
        part_key=f"welcome:{person.user_id}",
        kind=OutboxKind.NOTICE,
        conversation_id=waiting.conversation_id,
        channel=waiting.identity.channel,
        part_no=0,
        text="",
        expires_at=now + WELCOME_KEPT,
    )
    return numbered(template, (say(Phrase.WELCOME, waiting.language),))


def deny(call: Call) -> Script[Reply]:
    """Drop a stranger's request, named by its code or by the identity that /pair shows.

    Nothing is said to the stranger, and a wrong code costs nothing, since nobody is let in.
    """
    given = call.command.argument
    if not given:
        return call.reply(Phrase.DENY_USAGE)
    yield from pairings.expire(call.now)
    by_code = yield from pairings.find_by_code(fingerprint(given))
    waiting = yield from pairings.list_all()
    found = [by_code] if by_code else [one for one in waiting if one.identity.text == given]
    if not found:
        return call.reply(Phrase.DENY_UNKNOWN)
    for one in found:
        yield from pairings.close(one.pairing_id)
    return call.reply(Phrase.DENIED, name=plain(found[0].sender_name))
