"""Scripts over skills that change at run time: what was proposed, decided, and is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from gateway.store import settings
from gateway.store.conversations import Conversation, conversation
from gateway.store.people import NAME_CHARACTERS
from gateway.store.statement import Row, Script, Statement, insert

LOCK = (
    "skill_proposals"  # the row of the settings that keeps two proposals from being first at once
)
NO_VERSION = ""  # the hash of what the data directory holds where it holds no version of a skill


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    SUPERSEDED = "superseded"  # a newer proposal for the same skill came before a decision


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """A proposal about to be stored; `report` is JSON, `diff` a text.

    `base` is the hash of the version that it would replace in the data directory.
    """

    proposal_id: UUID
    name: str
    digest: str
    base: str
    user_id: str
    asked_by: str
    conversation_id: UUID | None
    task_id: UUID
    report: str
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal as it is stored."""

    proposal_id: UUID
    name: str
    digest: str
    base: str
    state: ProposalState
    asked_by: str
    conversation_id: UUID | None
    report: str
    diff: str
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Which version of a skill an administrator decided for, and which one is in place.

    Both are hashes, or `NO_VERSION`. While they differ, the decision has yet to be carried out;
    `is_settled` says that it was, or that it can't be, of which `problem` then tells.
    """

    name: str
    digest: str
    installed: str
    is_settled: bool
    problem: str


def proposal(row: Row) -> Proposal:
    """Read a proposal."""
    return Proposal(
        proposal_id=row.uuid("proposal_id"),
        name=row.text("name"),
        digest=row.text("digest"),
        base=row.text("base"),
        state=ProposalState(row.text("state")),
        asked_by=row.text("asked_by"),
        conversation_id=row.uuid_or_none("conversation_id"),
        report=row.text("report"),
        diff=row.text("diff"),
        created_at=row.time("created_at"),
        decided_at=row.time_or_none("decided_at"),
    )


def pin(row: Row) -> Pin:
    """Read a pin."""
    return Pin(
        name=row.text("name"),
        digest=row.text("digest"),
        installed=row.text("installed"),
        is_settled=row.flag("is_settled"),
        problem=row.text("problem"),
    )


def propose(new: NewProposal, now: datetime) -> Script[bool]:
    """Store a proposal in place of an open one for the skill; False if that is this very one."""
    yield from settings.hold(LOCK)
    before = yield from open_of(new.name)
    if before is not None and before.digest == new.digest:
        return False
    if before is not None:
        yield from decide(before.proposal_id, ProposalState.SUPERSEDED, new.user_id, now)
    yield insert(
        "skill_proposals",
        {
            "proposal_id": new.proposal_id,
            "name": new.name,
            "digest": new.digest,
            "base": new.base,
            "state": ProposalState.OPEN,
            "user_id": new.user_id,
            "asked_by": new.asked_by[:NAME_CHARACTERS],
            "conversation_id": new.conversation_id,
            "task_id": new.task_id,
            "report": new.report,
            "diff": new.diff,
            "created_at": now,
        },
    )
    return True


def list_open() -> Script[Sequence[Proposal]]:
    """Read what waits for a decision, the oldest first."""
    rows = yield Statement(
        "SELECT * FROM skill_proposals WHERE state = 'open' ORDER BY created_at, name", {}
    )
    return [proposal(row) for row in rows]


def open_of(name: str) -> Script[Proposal | None]:
    """Read what waits for a decision about one skill."""
    rows = yield Statement(
        "SELECT * FROM skill_proposals WHERE state = 'open' AND name = :name", {"name": name}
    )
    return proposal(rows[0]) if rows else None


def history(name: str) -> Script[Sequence[Proposal]]:
    """Read all proposals for one skill in the order of their decisions, the open one last."""
    rows = yield Statement(
        "SELECT * FROM skill_proposals WHERE name = :name "
        "ORDER BY CASE WHEN decided_at IS NULL THEN 1 ELSE 0 END, decided_at, created_at",
        {"name": name},
    )
    return [proposal(row) for row in rows]


def decide(proposal_id: UUID, state: ProposalState, by: str, now: datetime) -> Script[bool]:
    """End an open proposal; False where somebody was quicker."""
    rows = yield Statement(
        "UPDATE skill_proposals SET state = :state, decided_by = :by, decided_at = :now "
        "WHERE proposal_id = :proposal_id AND state = 'open' RETURNING proposal_id",
        {"state": state, "by": by, "now": now, "proposal_id": proposal_id},
    )
    return bool(rows)


def decide_for(name: str, digest: str, by: str, now: datetime) -> Script[None]:
    """Decide which version of a skill shall be in force; carrying it out comes after the commit."""
    yield insert(
        "skill_pins",
        {
            "name": name,
            "digest": digest,
            "is_settled": False,
            "decided_by": by,
            "decided_at": now,
        },
        on_conflict="ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, "
        "is_settled = excluded.is_settled, problem = '', decided_by = excluded.decided_by, "
        "decided_at = excluded.decided_at",
    )


def pins() -> Script[Sequence[Pin]]:
    """Read which versions are in force, by name."""
    rows = yield Statement("SELECT * FROM skill_pins ORDER BY name", {})
    return [pin(row) for row in rows]


def pin_of(name: str) -> Script[Pin | None]:
    """Read which version of one skill is in force."""
    rows = yield Statement("SELECT * FROM skill_pins WHERE name = :name", {"name": name})
    return pin(rows[0]) if rows else None


def unsettled() -> Script[Sequence[Pin]]:
    """Read the decisions that have yet to be carried out."""
    rows = yield Statement(
        "SELECT * FROM skill_pins WHERE is_settled = :no ORDER BY name", {"no": False}
    )
    return [pin(row) for row in rows]


def settle(name: str, digest: str) -> Script[bool]:
    """Record that a version is in place; False where something else was decided meanwhile."""
    rows = yield Statement(
        "UPDATE skill_pins SET installed = :digest, is_settled = :yes, problem = '' "
        "WHERE name = :name AND digest = :digest RETURNING name",
        {"name": name, "digest": digest, "yes": True},
    )
    return bool(rows)


def give_up(name: str, digest: str, problem: str) -> Script[bool]:
    """Record that a decision can't be carried out: what was in place stays in force."""
    rows = yield Statement(
        "UPDATE skill_pins SET digest = installed, is_settled = :yes, problem = :problem "
        "WHERE name = :name AND digest = :digest AND is_settled = :no RETURNING name",
        {"name": name, "digest": digest, "problem": problem, "yes": True, "no": False},
    )
    return bool(rows)


# A private conversation has one writer besides the bot, so its first message tells whose it is.
TALKS_OF_ADMINS = """
SELECT u.user_id, c.* FROM users AS u
JOIN identities AS i ON i.user_id = u.user_id
JOIN conversations AS c ON c.channel = i.channel AND c.account = i.account
WHERE u.role = 'admin' AND c.kind = 'private' AND i.sender_id = (
    SELECT m.sender_id FROM messages AS m
    WHERE m.conversation_id = c.conversation_id AND m.direction = 'in'
    ORDER BY m.message_seq LIMIT 1
)
ORDER BY c.updated_at DESC, c.conversation_id
"""


def talks_of_admins() -> Script[Sequence[Conversation]]:
    """Read where each admin talks with the bot alone: of several places the one used last."""
    rows = yield Statement(TALKS_OF_ADMINS, {})
    newest: dict[UUID, Conversation] = {}
    for row in rows:
        newest.setdefault(row.uuid("user_id"), conversation(row))
    return list(newest.values())
