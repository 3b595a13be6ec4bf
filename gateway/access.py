"""The gate: who is let in, and what strangers get instead.

Everybody is refused unless they are known by a stable platform id, listed in the settings, hold the
claim code, or come from a channel that only the operator can use. Names never count.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from channels.message import ConversationKind, EventKind, InboundMessage
from gateway.commands.codes import (
    CLAIM_CHARACTERS,
    PAIRING_CHARACTERS,
    fingerprint,
    fresh_code,
    normalised,
)
from gateway.commands.command import Reply, parse
from gateway.commands.link import LINK, redeem
from gateway.config.sections import AccessSettings
from gateway.config.values import IdentityPattern
from gateway.phrases import Phrase, say
from gateway.store import conversations, pairings, people, settings
from gateway.store.pairings import NewPairing
from gateway.store.people import Identity, Newcomer, Person, Role, identity_of
from gateway.store.statement import Script

EVERYBODY = "*"  # in the settings: all of a channel
CLAIM = "claim"
CLAIM_TRIES = 5
CLAIM_WINDOW = "start"  # tries are counted from one start to the next: a row for each code
FINGERPRINT_CHARACTERS = 32  # of a code, in the name of its row
LOCKED_ANSWERS = 5  # so many more tries are told that the claim is locked; then nothing is said
PAIRING_LIFETIME = timedelta(hours=1)
PENDING_PAIRINGS = 3  # for each bot account

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The sender is let in."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The sender is not let in; `text` is what they are told, empty for nothing."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The event was for the gate itself; `reply` is what the sender is told."""

    reply: Reply


class ClaimOutcome(StrEnum):
    """What came of a claim code."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"  # too many wrong ones: only a restart, which makes a fresh code, helps
    IGNORED = "ignored"  # locked, and said often enough
    NOTHING_TO_CLAIM = "nothing_to_claim"  # there is an admin


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCode:
    """The code that makes its first user the admin, made anew at each start.

    It opens nothing once there is an admin; the operator at a trusted channel does not count.
    """

    code: str = field(default_factory=lambda: fresh_code(CLAIM_CHARACTERS), repr=False)

    def matches(self, given: str) -> bool:
        """Compare in a time that tells nothing about the code."""
        return hmac.compare_digest(normalised(given).encode(), normalised(self.code).encode())

    def attempt(self, given: str, operators: frozenset[str]) -> Script[ClaimOutcome]:
        """Try a code; `operators` are the channels whose admins do not count."""
        # Held until the end of the transaction, so of two claims at once the second sees the first.
        yield from settings.hold(CLAIM)
        if (yield from people.has_admin(apart_from=operators)):
            return ClaimOutcome.NOTHING_TO_CLAIM
        counter = f"{CLAIM}:{fingerprint(self.code)[:FINGERPRINT_CHARACTERS]}"
        before = yield from settings.count_tries(counter, CLAIM_WINDOW)
        if before < CLAIM_TRIES and self.matches(given):
            return ClaimOutcome.RIGHT
        tries = yield from settings.add_try(counter, CLAIM_WINDOW)
        if tries < CLAIM_TRIES:
            return ClaimOutcome.WRONG
        if tries == CLAIM_TRIES:
            logger.warning("claim_locked", tries=tries)
        is_told = tries <= CLAIM_TRIES + LOCKED_ANSWERS
        return ClaimOutcome.LOCKED if is_told else ClaimOutcome.IGNORED


class Gate:
    """Stands before every event, whatever its kind.

    `trusted_channels` are those that nobody but the operator can reach; whoever writes there is an
    admin.
    """

    def __init__(
        self,
        listed: AccessSettings,
        claim: ClaimCode,
        *,
        trusted_channels: frozenset[str] = frozenset(),
    ) -> None:
        self._listed = listed
        self._claim = claim
        self._trusted = trusted_channels

    def admit(
        self, message: InboundMessage, now: datetime
    ) -> Script[Admitted | Answered | Refused]:
        """Decide about the sender of an event; part of the transaction that stores it."""
        sender = identity_of(message)
        person = yield from self._recognise(sender, message, now)
        if person is not None and person.role is Role.BLOCKED:
            return Refused()
        command = parse(message) if is_private_message(message) else None
        if command is not None and command.name == LINK and command.argument:
            return Answered(reply=(yield from redeem(command, person, message, now)))
        claim = yield from self._try_claim(person, message)
        if claim is ClaimOutcome.RIGHT:
            person = yield from self._crown(person, sender, message, now)
        if person is not None:
            return Admitted(person=person)
        if not is_private_message(message):
            return Refused()
        return Refused(text=(yield from self._answer_stranger(claim, sender, message, now)))

    def open_claim(self) -> Script[str]:
        """Return the claim code, empty where there is nothing to claim: there is an admin."""
        is_claimed = yield from people.has_admin(apart_from=self._trusted)
        return "" if is_claimed else self._claim.code

    def _recognise(
        self, sender: Identity, message: InboundMessage, now: datetime
    ) -> Script[Person | None]:
        """Return who is known or listed; None for a stranger."""
        person = yield from people.find(sender)
        if person is None:
            role = self._role_by_identity(sender) or self._role_by_channel(sender)
            return None if role is None else (yield from _let_in(sender, role, message, now))
        role = self._role_by_identity(sender)
        # The settings raise whom they list; they neither lower anybody nor lift a block.
        if role is None or person.role is Role.BLOCKED or person.role.reaches(role):
            return person
        return (yield from people.change_role(person.user_id, role))

    def _role_by_identity(self, sender: Identity) -> Role | None:
        """Return the role of somebody who is listed by id, or writes as the operator."""
        if sender.channel in self._trusted or _lists(self._listed.admins, sender):
            return Role.ADMIN
        return Role.MEMBER if _lists(self._listed.members, sender) else None

    def _role_by_channel(self, sender: Identity) -> Role | None:
        """Return the role of somebody whose whole channel is let in: never more than a member."""
        listed = (*self._listed.admins, *self._listed.members)
        is_open = any(
            one.sender_id == EVERYBODY and one.channel == sender.channel for one in listed
        )
        return Role.MEMBER if is_open else None

    def _try_claim(
        self, person: Person | None, message: InboundMessage
    ) -> Script[ClaimOutcome | None]:
        """Try the code of a `/claim`; None where nothing was claimed."""
        command = parse(message)
        if command is None or command.name != CLAIM or not is_private_message(message):
            return None
        if person is not None and person.role is Role.ADMIN:
            return None
        return (yield from self._claim.attempt(command.argument, self._trusted))

    def _crown(
        self, person: Person | None, sender: Identity, message: InboundMessage, now: datetime
    ) -> Script[Person]:
        """Make the one with the right code the admin."""
        logger.info("bot_claimed", channel=sender.channel)
        if person is not None:
            return (yield from people.change_role(person.user_id, Role.ADMIN))
        return (yield from _let_in(sender, Role.ADMIN, message, now))

    def _answer_stranger(
        self, claim: ClaimOutcome | None, sender: Identity, message: InboundMessage, now: datetime
    ) -> Script[str]:
        """Say what came of a claim; anything else a stranger writes asks to be let in."""
        match claim:
            case ClaimOutcome.WRONG:
                return say(Phrase.CLAIM_WRONG, message.language, tries=CLAIM_TRIES)
            case ClaimOutcome.LOCKED:
                return say(Phrase.CLAIM_LOCKED, message.language)
            case ClaimOutcome.IGNORED:
                return ""
            case _:
                return (yield from _request_pairing(sender, message, now))


def is_private_message(message: InboundMessage) -> bool:
    """Tell whether somebody writes to the bot alone, and writes anew."""
    is_private = message.conversation.kind is ConversationKind.PRIVATE
    return is_private and message.kind is EventKind.MESSAGE


def _lists(listed: Sequence[IdentityPattern], sender: Identity) -> bool:
    """Tell whether a list holds this very sender."""
    return sender.sender_id != EVERYBODY and any(
        (one.channel, one.sender_id) == (sender.channel, sender.sender_id) for one in listed
    )


def _let_in(sender: Identity, role: Role, message: InboundMessage, now: datetime) -> Script[Person]:
    yield from pairings.close_of(sender)
    logger.info("person_let_in", channel=sender.channel, role=str(role))
    newcomer = Newcomer(
        identity=sender, role=role, name=message.sender_name, language=message.language
    )
    return (yield from people.add(newcomer, now))


def _request_pairing(sender: Identity, message: InboundMessage, now: datetime) -> Script[str]:
    """Give a stranger a code for an admin, once: only its hash is kept, so it can't be repeated.

    Within the code's hour they are reminded of it once. Where too many wait already, they are told
    so once an hour.
    """
    yield from pairings.expire(now)
    waiting = yield from pairings.find(sender)
    if waiting is not None:
        # The message that asked is counted too.
        heard = yield from pairings.count_heard(sender, waiting.created_at)
        return say(Phrase.PAIRING_REMINDER, message.language) if heard <= 1 else ""
    pending = yield from pairings.count(sender.channel, sender.account)
    if pending >= PENDING_PAIRINGS:
        heard = yield from pairings.count_heard(sender, now - PAIRING_LIFETIME)
        return "" if heard else say(Phrase.PAIRING_FULL, message.language)
    return (yield from _new_pairing(sender, message, now))


def _new_pairing(sender: Identity, message: InboundMessage, now: datetime) -> Script[str]:
    talk = yield from conversations.meet(message.conversation, message.language, now)
    code = fresh_code(PAIRING_CHARACTERS)
    request = NewPairing(
        identity=sender,
        sender_name=message.sender_name,
        conversation_id=talk.conversation_id,
        language=message.language,
        code_hash=fingerprint(code),
        expires_at=now + PAIRING_LIFETIME,
    )
    yield from pairings.add(request, now)
    logger.info("pairing_requested", channel=sender.channel)
    return say(Phrase.PAIRING_CODE, message.language, code=code)
