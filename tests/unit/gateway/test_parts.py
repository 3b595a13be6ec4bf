"""How something that is said becomes rows of the outbox."""

from uuid import UUID

from gateway.parts import numbered
from gateway.store.outbox import NewPart, OutboxKind
from tests.doubles.clock import START

TEMPLATE = NewPart(
    part_key="final:1",
    kind=OutboxKind.FINAL,
    conversation_id=UUID(int=1),
    channel="telegram",
    part_no=0,
    text="",
    expires_at=START,
    task_id=UUID(int=2),
    reply_to="77",
)


def test_parts_are_numbered_in_order() -> None:
    """Each has a key of its own, the same whenever the same is said again."""
    parts = numbered(TEMPLATE, ("one", "two"))

    assert [(part.part_key, part.part_no, part.text) for part in parts] == [
        ("final:1:0", 0, "one"),
        ("final:1:1", 1, "two"),
    ]
    assert parts == numbered(TEMPLATE, ("one", "two"))


def test_only_the_first_part_is_a_reply() -> None:
    """A long answer quotes the question once."""
    assert [part.reply_to for part in numbered(TEMPLATE, ("one", "two", "three"))] == ["77", "", ""]


def test_the_rest_is_as_in_the_template() -> None:
    """Kind, task, conversation, channel and time to live are those of the whole."""
    (part,) = numbered(TEMPLATE, ("one",))

    assert (part.kind, part.task_id, part.channel) == (OutboxKind.FINAL, UUID(int=2), "telegram")
    assert (part.conversation_id, part.expires_at) == (UUID(int=1), START)


def test_nothing_said_is_no_part() -> None:
    """An empty answer makes no row."""
    assert numbered(TEMPLATE, ()) == ()
