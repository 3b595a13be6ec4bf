"""Scripts over people and the identities by which platforms know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from channels.message import InboundMessage
from gateway.store.statement import Row, Script, Statement, insert

LANGUAGE_CHARACTERS = 16  # of a BCP 47 tag; the width of the column
NAME_CHARACTERS = 100  # a display name is for reading only, and its owner may make it any length


class Role(StrEnum):
    """What a person may do, the least first."""

    BLOCKED = "blocked"
    GUEST = "guest"
    MEMBER = "member"
    ADMIN = "admin"

    def reaches(self, needed: "Role") -> bool:
        """Tell whether this role may do what `needed` may do."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A sender as a platform knows it; the ids are stable, unlike names."""

    channel: str
    account: str
    sender_id: str

    @property
    def text(self) -> str:
        """The identity as people write it in settings and commands."""
        return f"{self.channel}:{self.sender_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is known; `name` is what the platform called them when they came."""

    user_id: UUID
    role: Role
    name: str
    language: str  # a BCP 47 tag, or empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who is about to be known."""

    identity: Identity
    role: Role
    name: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person with the identities that are theirs."""

    person: Person
    identities: tuple[Identity, ...]


def identity_of(message: InboundMessage) -> Identity:
    """Return who sent a message."""
    return Identity(
        channel=message.conversation.channel,
        account=message.conversation.account,
        sender_id=message.sender_id,
    )


def identity(row: Row) -> Identity:
    """Read an identity from any row that carries its columns."""
    return Identity(
        channel=row.text("channel"), account=row.text("account"), sender_id=row.text("sender_id")
    )


def person(row: Row) -> Person:
    """Read a person; an unknown role is an error."""
    return Person(
        user_id=row.uuid("user_id"),
        role=Role(row.text("role")),
        name=row.text("name"),
        language=row.text("language"),
    )


FIND = """
SELECT u.user_id, u.role, u.name, u.language FROM identities AS i
JOIN users AS u ON u.user_id = i.user_id
WHERE i.channel = :channel AND i.account = :account AND i.sender_id = :sender_id
"""


def find(sender: Identity) -> Script[Person | None]:
    """Read the person whose identity this is."""
    rows = yield Statement(
        FIND,
        {"channel": sender.channel, "account": sender.account, "sender_id": sender.sender_id},
    )
    return person(rows[0]) if rows else None


def add(newcomer: Newcomer, now: datetime) -> Script[Person]:
    """Make a person with one identity; an identity that is taken already is a conflict."""
    user_id = uuid4()
    rows = yield insert(
        "users",
        {
            "user_id": user_id,
            "role": newcomer.role,
            "name": newcomer.name[:NAME_CHARACTERS],
            "language": newcomer.language[:LANGUAGE_CHARACTERS],
            "created_at": now,
        },
        returning="*",
    )
    yield insert(
        "identities",
        {
            "channel": newcomer.identity.channel,
            "account": newcomer.identity.account,
            "sender_id": newcomer.identity.sender_id,
            "user_id": user_id,
            "created_at": now,
        },
    )
    return person(rows[0])


def read(user_id: UUID) -> Script[Person | None]:
    """Read a person by their id."""
    rows = yield Statement("SELECT * FROM users WHERE user_id = :user_id", {"user_id": user_id})
    return person(rows[0]) if rows else None


def role_of(user_id: str) -> Script[Role]:
    """Read the role of a person by the text of their id; somebody unknown is a guest."""
    try:
        known = UUID(user_id)
    except ValueError:
        return Role.GUEST
    rows = yield Statement("SELECT role FROM users WHERE user_id = :user_id", {"user_id": known})
    return Role(rows[0].text("role")) if rows else Role.GUEST


def change_role(user_id: UUID, role: Role) -> Script[Person]:
    """Give a person another role; raises `KeyError` where there is no such person."""
    rows = yield Statement(
        "UPDATE users SET role = :role WHERE user_id = :user_id RETURNING *",
        {"role": role, "user_id": user_id},
    )
    if not rows:
        raise KeyError(user_id)
    return person(rows[0])


def has_admin(*, apart_from: frozenset[str] = frozenset()) -> Script[bool]:
    """Tell whether there is an admin on any channel but those."""
    rows = yield Statement(
        "SELECT DISTINCT i.channel FROM identities AS i JOIN users AS u ON u.user_id = i.user_id "
        "WHERE u.role = 'admin'",
        {},
    )
    return any(row.text("channel") not in apart_from for row in rows)


LIST = """
SELECT u.user_id, u.role, u.name, u.language, i.channel, i.account, i.sender_id
FROM users AS u JOIN identities AS i ON i.user_id = u.user_id
ORDER BY u.created_at, u.user_id, i.identity_id
"""


def list_all() -> Script[Sequence[KnownPerson]]:
    """Read everybody, those who came first first."""
    rows = yield Statement(LIST, {})
    people: dict[UUID, Person] = {}
    identities: dict[UUID, list[Identity]] = {}
    for row in rows:
        one = person(row)
        people[one.user_id] = one
        identities.setdefault(one.user_id, []).append(identity(row))
    return [
        KnownPerson(person=one, identities=tuple(identities[user_id]))
        for user_id, one in people.items()
    ]
