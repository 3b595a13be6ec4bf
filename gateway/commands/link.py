"""The command /link: one person, several channels.

Whoever is known gets a code where they are, and gives it to the bot where they want to be known as
the same person. That takes over role, language and tasks of the one who got the code, so the other
one must not be allowed more: else a code could be used to talk somebody out of their rights.
"""

from datetime import datetime, timedelta

import structlog

from channels.message import ConversationKind, InboundMessage
from gateway.commands.call import Call
from gateway.commands.codes import PAIRING_CHARACTERS, fingerprint, fresh_code
from gateway.commands.command import Command, PeopleJoined, Reply
from gateway.phrases import Phrase, say
from gateway.store import links, pairings, people, settings
from gateway.store.people import Identity, Person, Role, identity_of
from gateway.store.statement import Script

LINK = "link"
CODE_LIFETIME = timedelta(minutes=10)
TRIES_PER_HOUR = 5  # of one sender; then even a right code has to wait for the next hour

logger = structlog.get_logger(__name__)


def link(call: Call) -> Script[Reply]:
    """Give a code, in private; a code that was given is taken at the gate."""
    if call.talk.address.kind is not ConversationKind.PRIVATE:
        yield from ()  # nothing to read or write
        return call.reply(Phrase.LINK_IN_PRIVATE)
    code = fresh_code(PAIRING_CHARACTERS)
    expires_at = call.now + CODE_LIFETIME
    yield from links.issue(call.person.user_id, fingerprint(code), expires_at, call.now)
    minutes = CODE_LIFETIME // timedelta(minutes=1)
    return call.reply(Phrase.LINK_CODE, code=code, minutes=minutes)


def redeem(
    command: Command, person: Person | None, message: InboundMessage, now: datetime
) -> Script[Reply]:
    """Join the sender of a code to the person who got it; return what they are told.

    `person` is who the sender was until now, None for a stranger.
    """
    sender = identity_of(message)
    language = message.language or (person.language if person is not None else "")
    counter = f"{LINK}:{fingerprint(sender.text)[:32]}"
    hour = f"{now:%Y-%m-%dT%H}"
    if (yield from settings.count_tries(counter, hour)) >= TRIES_PER_HOUR:
        return Reply(text=say(Phrase.LINK_LOCKED, language))
    code_hash = fingerprint(command.argument)
    user_id = yield from links.owner(code_hash, now)
    owner = (yield from people.read(user_id)) if user_id is not None else None
    if owner is None or owner.role is Role.BLOCKED:
        yield from settings.add_try(counter, hour)
        return Reply(text=say(Phrase.LINK_WRONG, language))
    if person is not None and person.user_id == owner.user_id:
        return Reply(text=say(Phrase.LINK_SAME, language))
    if person is not None and not owner.role.reaches(person.role):
        return Reply(text=say(Phrase.LINK_OUTRANKED, language))
    yield from links.use_up(code_hash)
    yield from _join(sender, person, owner, now)
    logger.info("people_linked", channel=sender.channel)
    text = say(Phrase.LINKED, language, name=owner.name)
    return Reply(text=text, aftermath=(PeopleJoined(),) if person is not None else ())


def _join(sender: Identity, person: Person | None, owner: Person, now: datetime) -> Script[None]:
    if person is not None:
        yield from links.merge(person.user_id, owner.user_id)
        return
    yield from pairings.close_of(sender)
    yield from links.join_stranger(sender, owner.user_id, now)
