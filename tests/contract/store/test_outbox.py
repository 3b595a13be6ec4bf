"""The outbox: each part once, each conversation in order, each send under a fence."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from channels.message import ConversationAddress
from gateway.store import openings, outbox
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.openings import Opening
from gateway.store.outbox import (
    NewPart,
    OutboxKind,
    OutboxPart,
    OutboxState,
    Outcome,
)
from gateway.store.statement import Script
from tests.contract.inbox.kit import meet, new_part
from tests.contract.store.kit import OWNER, send_lease
from tests.doubles.clock import START
from tests.doubles.databases import count, query

CHANNELS = ("telegram",)
HOME = ConversationAddress(channel="telegram", account="bot", chat_id="1")
SENT = Outcome(state=OutboxState.SENT, platform_message_id="77")


async def enqueue(database: Database, *parts: NewPart) -> None:
    """Queue parts in one transaction."""
    await database.transact("enqueue", lambda: outbox.enqueue(parts, START))


async def due(database: Database, now: datetime = START) -> Sequence[OutboxPart]:
    """Read what is to be sent."""
    found = await database.transact("due", lambda: outbox.due(CHANNELS, now, 100))
    return [one.part for one in found]


async def begin(database: Database, part: OutboxPart, now: datetime = START) -> int | None:
    """Begin to send a part; return the fence."""
    lease = send_lease(since=now)
    return await database.transact("begin", lambda: outbox.begin(part, "anchor", lease, now))


async def settle(database: Database, part: OutboxPart, fence: int, outcome: Outcome) -> bool:
    """Store what came of a send."""
    return await database.transact(
        "settle", lambda: outbox.settle(part.outbox_id, fence, outcome, START)
    )


async def send_head(database: Database, outcome: Outcome = SENT) -> str:
    """Send the one part that is due; return its text."""
    (part,) = await due(database)
    fence = await begin(database, part)
    assert fence is not None
    assert await settle(database, part, fence, outcome)
    return part.text


async def test_same_part_is_queued_once(database: Database, talk: Conversation) -> None:
    """Whoever makes a part again finds the first one unchanged."""
    await enqueue(database, new_part(talk, "p1"), new_part(talk, "p1", kind=OutboxKind.REPLY))

    (part,) = await due(database)

    assert (part.kind, part.state, part.fence) == (OutboxKind.FINAL, OutboxState.QUEUED, 0)
    assert part.address == talk.address


async def test_parts_of_a_conversation_leave_in_order(
    database: Database, talk: Conversation
) -> None:
    """Only the first open part is due; the next one follows when it has arrived."""
    parts = [new_part(talk, f"p{n}", part_no=n) for n in range(3)]
    await enqueue(database, *parts)

    assert [await send_head(database) for _ in parts] == [part.text for part in parts]

    assert await due(database) == []


async def test_each_conversation_has_its_own_head(database: Database, talk: Conversation) -> None:
    """One that is stuck holds nobody else back."""
    other = await meet(database, "2")
    await enqueue(database, new_part(talk, "a1"), new_part(talk, "a2"), new_part(other, "b1"))

    assert [part.text[-2:] for part in await due(database)] == ["a1", "b1"]


@pytest.mark.parametrize("state", [OutboxState.FAILED, OutboxState.EXPIRED])
async def test_part_that_is_given_up_frees_the_next(
    database: Database, talk: Conversation, state: OutboxState
) -> None:
    """A permanent error does not block a conversation for ever."""
    await enqueue(database, new_part(talk, "p1"), new_part(talk, "p2"))

    await send_head(database, Outcome(state=state, error="chat not found"))

    (part,) = await due(database)
    assert part.text.endswith("p2")


async def test_part_that_must_wait_holds_its_conversation(
    database: Database, talk: Conversation
) -> None:
    """A retry goes before what comes after it, when its time has come."""
    await enqueue(database, new_part(talk, "p1"), new_part(talk, "p2"))
    later = START + timedelta(seconds=5)
    await send_head(database, Outcome(state=OutboxState.QUEUED, not_before=later))

    assert await due(database) == []
    (part,) = await due(database, later)
    assert part.text.endswith("p1")


async def test_preview_is_never_due(database: Database, talk: Conversation) -> None:
    """What is shown while the answer is written goes its own way and blocks nothing."""
    preview = new_part(talk, "preview", task_id=uuid4())
    begun = await database.transact("begin", lambda: outbox.begin_preview(preview, "a", START))
    assert begun is not None
    await enqueue(database, new_part(talk, "p1"))

    assert [part.kind for part in await due(database)] == [OutboxKind.FINAL]
    assert await database.transact("again", lambda: outbox.begin_preview(preview, "a", START)) is (
        None
    )


async def test_closed_preview_gives_its_id_to_the_answer(
    database: Database, talk: Conversation
) -> None:
    """The message that a preview became is found by its task."""
    task_id = uuid4()
    preview = new_part(talk, "preview", task_id=task_id)
    begun = await database.transact("begin", lambda: outbox.begin_preview(preview, "a", START))
    assert begun is not None

    await database.transact("close", lambda: outbox.close_preview(begun, SENT))

    found = await database.transact("find", lambda: outbox.preview_of(task_id))
    assert found is not None
    assert (found.state, found.platform_message_id) == (OutboxState.SENT, "77")


async def test_other_channels_are_not_read(database: Database, talk: Conversation) -> None:
    """A channel that is not connected keeps its parts."""
    await enqueue(database, new_part(talk, "p1"))

    assert await database.transact("due", lambda: outbox.due(("slack",), START, 100)) == []


async def test_part_is_begun_by_one(database: Database, talk: Conversation) -> None:
    """Of two that saw the same part only the first may send it."""
    await enqueue(database, new_part(talk, "p1"))
    (part,) = await due(database)

    assert await begin(database, part) == part.fence + 1
    assert await begin(database, part) is None


async def test_sending_is_stored_before_the_call(database: Database, talk: Conversation) -> None:
    """A part in the hands of a sender is not due until its time is over, then with its traces."""
    await enqueue(database, new_part(talk, "p1"))
    (part,) = await due(database)
    await begin(database, part)

    assert await due(database, START + timedelta(seconds=59)) == []

    (abandoned,) = await due(database, START + timedelta(seconds=60))
    assert (abandoned.state, abandoned.attempt) == (OutboxState.SENDING, 1)
    assert (abandoned.anchor, abandoned.first_tried_at) == ("anchor", START)


async def test_outcome_of_a_former_sender_is_refused(
    database: Database, talk: Conversation
) -> None:
    """Whoever took the part over knows better."""
    await enqueue(database, new_part(talk, "p1"))
    (part,) = await due(database)
    first = await begin(database, part)
    (abandoned,) = await due(database, START + timedelta(seconds=60))
    second = await begin(database, abandoned, START + timedelta(seconds=60))
    assert first is not None
    assert second == first + 1

    assert not await settle(database, part, first, Outcome(state=OutboxState.FAILED))
    assert await settle(database, part, second, SENT)


async def test_settled_part_is_settled_once(database: Database, talk: Conversation) -> None:
    """What has arrived cannot fail any more."""
    await enqueue(database, new_part(talk, "p1"))
    await send_head(database)

    (part,) = await parts_of_all(database)
    assert not await settle(
        database, part, part.fence, Outcome(state=OutboxState.FAILED, error="late")
    )

    assert (part.state, part.sent_at, part.platform_message_id) == (OutboxState.SENT, START, "77")


async def parts_of_all(database: Database) -> Sequence[OutboxPart]:
    """Read all parts that belong to no task."""
    await query(database, "UPDATE outbox SET task_id = outbox_id")
    rows = await query(database, "SELECT task_id FROM outbox ORDER BY outbox_seq")
    found: list[OutboxPart] = []
    for row in rows:
        task_id = row.uuid("task_id")
        found += await database.transact("of", partial(outbox.of_task, task_id))
    return found


async def test_doubt_about_a_send_is_never_forgotten(
    database: Database, talk: Conversation
) -> None:
    """An ambiguous send stays counted after it has been cleared up."""
    await enqueue(database, new_part(talk, "p1"))
    doubt = Outcome(state=OutboxState.UNKNOWN, anchor="anchor", is_ambiguous=True)
    await send_head(database, doubt)

    await send_head(database)

    (part,) = await parts_of_all(database)
    assert (part.state, part.is_ambiguous) == (OutboxState.SENT, True)


async def test_new_process_takes_over_sends(database: Database, talk: Conversation) -> None:
    """What the last process was sending is due at once, as something that may have arrived."""
    await enqueue(database, new_part(talk, "p1"))
    (part,) = await due(database)
    await begin(database, part)

    assert await database.transact("expire", lambda: outbox.expire_leases(OWNER, START)) == 1

    (abandoned,) = await due(database)
    assert abandoned.state is OutboxState.SENDING


async def test_late_answers_become_one_line_an_hour(database: Database, talk: Conversation) -> None:
    """However many answers are too late, the person is told once per hour."""
    await enqueue(database, *(new_part(talk, f"p{n}") for n in range(3)))
    too_late = Outcome(state=OutboxState.EXPIRED)

    for minutes in (0, 10, 61):  # from 12:00
        (part, *_) = [one for one in await due(database) if one.kind is OutboxKind.FINAL]
        now = START + timedelta(minutes=minutes)
        await database.transact("expire", partial(outbox.expire, part, too_late, now))

    assert await database.transact("count", outbox.count_by_state) == {
        OutboxState.EXPIRED: 3,
        OutboxState.QUEUED: 2,
    }
    assert await count(database, "outbox", "kind = 'notice'") == 2


async def test_late_notice_makes_no_further_line(database: Database, talk: Conversation) -> None:
    """The service does not talk about its own words."""
    await enqueue(database, new_part(talk, "p1", kind=OutboxKind.NOTICE))
    (part,) = await due(database)

    await database.transact(
        "expire", lambda: outbox.expire(part, Outcome(state=OutboxState.EXPIRED), START)
    )

    assert await count(database, "outbox") == 1


async def test_conversation_knows_whether_something_is_to_be_said(
    database: Database, talk: Conversation
) -> None:
    """True from queueing to arrival."""
    await enqueue(database, new_part(talk, "p1"))
    assert await database.transact("open", lambda: outbox.has_open(talk.conversation_id))

    await send_head(database)

    assert not await database.transact("open", lambda: outbox.has_open(talk.conversation_id))


async def open_at_once(database: Database, talk: Conversation, new: NewPart) -> OutboxPart | None:
    """Store a part as being sent, if it may go at once; queue it otherwise."""
    opening = Opening(new=new, talk=talk, anchor="mark", lease=send_lease(since=START))

    def script() -> Script[OutboxPart | None]:
        opened = yield from openings.open_at_once(opening, START)
        if opened is None:
            yield from outbox.enqueue([new], START)
        return opened

    return await database.transact("open", script)


async def test_part_may_be_begun_as_it_is_queued(database: Database, talk: Conversation) -> None:
    """It is stored as being sent, with all that a look-up needs, before anybody can send it."""
    task_id = uuid4()

    part = await open_at_once(database, talk, new_part(talk, "p1", task_id=task_id))

    assert part is not None
    assert [part] == await database.transact("of", lambda: outbox.of_task(task_id))
    assert (part.state, part.attempt, part.fence) == (OutboxState.SENDING, 1, 1)
    assert (part.anchor, part.first_tried_at, part.text) == ("mark", START, "the text of p1")
    assert await due(database) == []
    assert await due(database, send_lease(since=START).lease_until) == [part]
    assert await settle(database, part, part.fence, SENT)


async def test_part_is_not_begun_before_what_came_earlier(
    database: Database, talk: Conversation
) -> None:
    """It takes its turn, as a part that was queued like any other."""
    await enqueue(database, new_part(talk, "p1"))

    assert await open_at_once(database, talk, new_part(talk, "p2")) is None

    assert await send_head(database) == "the text of p1"
    assert await send_head(database) == "the text of p2"


@pytest.mark.parametrize("is_closed", [True, False])
async def test_part_that_replaces_a_preview_is_not_begun_at_once(
    database: Database, talk: Conversation, *, is_closed: bool
) -> None:
    """Whether the preview's id is known or lost: a second message would double the answer."""
    task_id = uuid4()
    preview = new_part(talk, "preview", task_id=task_id)
    begun = await database.transact("begin", lambda: outbox.begin_preview(preview, "a", START))
    assert begun is not None
    if is_closed:
        await database.transact("close", lambda: outbox.close_preview(begun, SENT))

    assert await open_at_once(database, talk, new_part(talk, "p1", task_id=task_id)) is None

    (part,) = await due(database)
    assert part.state is OutboxState.QUEUED


async def test_part_that_was_queued_before_is_not_begun_again(
    database: Database, talk: Conversation
) -> None:
    """A task that ends twice says what it has to say once."""
    assert await open_at_once(database, talk, new_part(talk, "p1")) is not None

    assert await open_at_once(database, talk, new_part(talk, "p1")) is None


async def test_part_begun_at_once_is_looked_up_by_the_next_process(
    database: Database, talk: Conversation
) -> None:
    """Between its commit and its call the process may die; then it is due as may-have-arrived."""
    await open_at_once(database, talk, new_part(talk, "p1"))

    assert await database.transact("expire", lambda: outbox.expire_leases(OWNER, START)) == 1

    (part,) = await due(database)
    assert (part.state, part.anchor) == (OutboxState.SENDING, "mark")
