"""Conversations, what was said in them, and which message ids are known in which space."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from channels.message import ConversationKind, InboundMessage
from gateway.inbox import Ending
from gateway.lifecycle import TaskStatus
from gateway.store import conversations, message_ids, outbox
from gateway.store.conversations import Conversation, Direction, Said
from gateway.store.database import Database
from gateway.store.outbox import OutboxPart
from gateway.store.tasks import Leaving
from tests.contract.inbox.kit import InboxKit, meet, new_part, new_task
from tests.doubles.clock import START
from tests.doubles.databases import count, query

HOUR_AGO = START - timedelta(hours=1)


def message(talk: Conversation, message_id: str, text: str = "hello") -> InboundMessage:
    """Return what a person wrote."""
    return InboundMessage(
        event_id=message_id,
        message_id=message_id,
        conversation=talk.address,
        sender_id="7",
        sender_name="Ann",
        text=text,
        sent_at=START,
        raw='{"raw":1}',
    )


async def hear(
    database: Database,
    talk: Conversation,
    message_id: str,
    *,
    task_id: UUID | None = None,
    now: datetime = START,
) -> bool:
    """Store what a person wrote."""
    heard = message(talk, message_id, f"text {message_id}")
    return await database.transact("hear", lambda: conversations.hear(talk, heard, task_id, now))


async def test_place_is_met_once(database: Database) -> None:
    """The same chat is the same conversation; a thread of it is another one."""
    first = await meet(database, "1")

    assert await meet(database, "1") == first
    assert (await meet(database, "1", thread_id="t")).conversation_id != first.conversation_id
    assert (await meet(database, "1", account="bot2")).conversation_id != first.conversation_id


async def test_last_known_language_stays(database: Database, talk: Conversation) -> None:
    """A message without a language does not take it away."""
    for language in ("zh-CN", ""):
        known = await database.transact(
            "meet", partial(conversations.meet, talk.address, language, START)
        )

    assert known.language == "zh-CN"


async def test_event_is_heard_once(database: Database, talk: Conversation) -> None:
    """A redelivered message is not stored again."""
    assert await hear(database, talk, "10")
    assert not await hear(database, talk, "10")

    assert await count(database, "messages") == 1
    assert await database.transact("known", lambda: conversations.is_known_event("telegram:bot:10"))


async def test_stranger_leaves_a_tombstone_only(database: Database, talk: Conversation) -> None:
    """The event is known from then on, and nothing of what it said is kept."""
    await database.transact(
        "entomb", lambda: conversations.entomb(talk, message(talk, "10"), START)
    )

    (row,) = await query(database, "SELECT text, raw_payload, event_key FROM messages")
    assert (row.text("text"), row.text("raw_payload")) == ("", "")
    assert row.text("event_key") == "telegram:bot:10"


async def test_old_payloads_go_and_messages_stay(database: Database, talk: Conversation) -> None:
    """The platform's bytes are dropped after the horizon, once."""
    await hear(database, talk, "10", now=HOUR_AGO)
    await hear(database, talk, "11")

    forgotten = [
        await database.transact("forget", lambda: conversations.forget_raw_payloads(START))
        for _ in range(2)
    ]

    assert forgotten == [1, 0]
    assert await count(database, "messages", "raw_payload <> ''") == 1


async def converse(kit: InboxKit, talk: Conversation, key: str) -> UUID:
    """Let a person say something that becomes a task."""
    task = await kit.submit(new_task(key, conversation_id=talk.conversation_id))
    await hear(kit.database, talk, key, task_id=task.task_id)
    return task.task_id


async def answer(kit: InboxKit, talk: Conversation, text: str) -> Sequence[Said]:
    """Answer the next task; return the history that its claim saw."""
    claim = await kit.claim()
    leaving = Leaving(status=TaskStatus.COMPLETED)
    parts = (new_part(talk, f"final:{claim.task.task_id}"),)
    await kit.inbox.leave(claim.lease, Ending(leaving=leaving, parts=parts, spoken=text))
    return claim.history


async def test_history_is_in_the_order_of_the_tasks(kit: InboxKit, talk: Conversation) -> None:
    """An answer belongs to its question, even where the next question was stored before it."""
    for key in ("q1", "q2", "q3"):
        await converse(kit, talk, key)
    for text in ("a1", "a2"):
        await answer(kit, talk, text)

    history = (await kit.claim()).history

    assert [(said.direction, said.text) for said in history] == [
        (Direction.IN, "text q1"),
        (Direction.OUT, "a1"),
        (Direction.IN, "text q2"),
        (Direction.OUT, "a2"),
    ]


async def test_history_shows_the_newest_only(kit: InboxKit, talk: Conversation) -> None:
    """A long conversation is cut at its beginning; what waits behind the task takes no room."""
    third = [await converse(kit, talk, key) for key in ("q1", "q2", "q3", "q4", "q5")][2]
    task = await kit.find(third)

    history = await kit.database.transact("h", lambda: conversations.history(talk, task, 1))

    assert [said.text for said in history] == ["text q2"]


async def test_new_epoch_starts_with_nothing(kit: InboxKit, talk: Conversation) -> None:
    """What was said before `/new` is not shown to the model."""
    await converse(kit, talk, "q1")
    await answer(kit, talk, "a1")

    await kit.database.transact("new", lambda: conversations.begin_epoch(talk.conversation_id))
    fresh = await meet(kit.database)
    await converse(kit, fresh, "q2")

    claim = await kit.claim()
    assert claim.conversation == fresh
    assert (fresh.epoch, claim.history) == (talk.epoch + 1, [])


async def head(database: Database, talk: Conversation) -> OutboxPart:
    """Queue a part in a conversation and return it."""
    new = new_part(talk, f"p:{talk.conversation_id}", task_id=uuid4())
    await database.transact("enqueue", lambda: outbox.enqueue([new], START))
    assert new.task_id is not None
    task_id = new.task_id
    (part,) = await database.transact("of", lambda: outbox.of_task(task_id))
    return part


async def known_ids(database: Database, talk: Conversation) -> frozenset[str]:
    """Read the ids known in the space of a conversation since an hour."""
    part = await head(database, talk)
    return await database.transact("known", lambda: message_ids.known_ids(part, HOUR_AGO))


async def test_private_chats_of_an_account_share_one_space_of_ids(
    database: Database, talk: Conversation, group: Conversation
) -> None:
    """Telegram numbers all private chats of a bot in one row; groups count by themselves."""
    await hear(database, talk, "10")
    await hear(database, await meet(database, "2"), "11")
    await hear(database, await meet(database, "1", account="bot2"), "12")
    await hear(database, group, "13")

    assert await known_ids(database, talk) == {"10", "11"}


async def test_group_has_a_space_of_ids_of_its_own(
    database: Database, talk: Conversation, group: Conversation
) -> None:
    """Its topics count with it, other groups do not."""
    topic = await meet(database, "-100", kind=ConversationKind.GROUP, thread_id="5")
    other = await meet(database, "-200", kind=ConversationKind.GROUP)
    for place, message_id in ((talk, "10"), (group, "11"), (topic, "12"), (other, "13")):
        await hear(database, place, message_id)

    assert await known_ids(database, group) == {"11", "12"}


async def test_ids_of_our_own_messages_are_known_too(
    database: Database, talk: Conversation
) -> None:
    """Sent parts count, except the one that is looked for, and old ones do not."""
    await hear(database, talk, "9", now=HOUR_AGO - timedelta(seconds=1))
    part = await head(database, talk)
    sent = new_part(talk, "sent")
    await database.transact("enqueue", lambda: outbox.enqueue([sent], START))
    await query(database, "UPDATE outbox SET platform_message_id = part_key")

    known = await database.transact("known", lambda: message_ids.known_ids(part, HOUR_AGO))

    assert known == {"sent"}


@pytest.mark.parametrize(("heard", "last"), [((), ""), (("10", "11"), "11")])
async def test_newest_message_of_a_conversation_is_known(
    database: Database, talk: Conversation, heard: tuple[str, ...], last: str
) -> None:
    """It tells where the ids of a chat stand; there may be none."""
    for message_id in heard:
        await hear(database, talk, message_id)

    found = await database.transact("last", lambda: message_ids.last_known_id(talk.conversation_id))

    assert found == last
