"""What can be concluded from Telegram's message ids."""

from itertools import islice

from channels.telegram.message_ids import MessageIds

ADA, GRACE, FAMILY, CREW, NEWS = "1001", "1002", "-4001", "-1001234567890", "-1009876543210"


def test_private_chats_and_basic_groups_share_one_counter() -> None:
    """An id seen in one of them is the highest of all, but not of a supergroup."""
    ids = MessageIds()
    ids.note_seen(ADA, 7, is_new=True)
    ids.note_seen(CREW, 3, is_new=True)
    assert [ids.highest(chat) for chat in (ADA, GRACE, FAMILY, CREW, NEWS)] == [7, 7, 7, 3, 0]


def test_known_ids_are_no_candidates() -> None:
    """Ids that belong to a known message are skipped."""
    ids = MessageIds()
    ids.note_seen(ADA, 5, is_new=True)
    ids.note_sent(GRACE, 7, begun_at=ids.tick())
    assert list(islice(ids.unknown_above(ADA, 4), 3)) == [6, 8, 9]


def test_a_send_is_younger_than_all_before_it_began() -> None:
    """A message sent after a moment has a younger id; one sent before has not."""
    ids = MessageIds()
    ids.note_sent(ADA, 5, begun_at=ids.tick())
    moment = ids.tick()
    ids.note_sent(ADA, 9, begun_at=ids.tick())
    assert ids.first_born_after(ADA, moment, above=0) == 9


def test_a_backlog_is_of_any_age() -> None:
    """What the first poll brings may be older than the process; what comes later is not."""
    ids = MessageIds()
    begun_at = ids.tick()
    ids.note_seen(ADA, 5, is_new=True)
    ids.note_drained(begun_at)
    assert ids.first_born_after(ADA, 0, above=0) is None
    ids.note_seen(ADA, 6, is_new=True)
    assert ids.first_born_after(ADA, 0, above=0) == 6


def test_quoted_and_edited_messages_are_of_any_age() -> None:
    """An old message that is quoted after a poll proves nothing about the time since."""
    ids = MessageIds()
    ids.note_drained(ids.tick())
    ids.note_seen(ADA, 5, is_new=False)
    assert ids.first_born_after(ADA, 0, above=0) is None
    assert ids.is_known(ADA, 5)
