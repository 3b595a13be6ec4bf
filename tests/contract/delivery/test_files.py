"""A file of an answer arrives once, or the person learns that it did not."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from channels.errors import (
    ChannelError,
    LookupInconclusive,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from gateway.store.database import Database
from gateway.store.outbox import OutboxState, PartFile
from tests.contract.delivery.desk import Desk
from tests.doubles.channel import ARRIVED, EditingChannel, FileSendingChannel, PlainChannel

NOTICE = "The file a.txt could not be sent: "


@pytest.fixture
def file(tmp_path: Path) -> PartFile:
    """Return a file that lies ready to be sent."""
    path = tmp_path / "3-1-a.txt"
    path.write_text("abc")
    return PartFile(path=str(path), name="a.txt", mime_type="text/plain", size_bytes=3)


def desk_of(database: Database, channel: PlainChannel, *endings: ChannelError) -> Desk:
    """Return a desk whose channel's next calls end so."""
    channel.endings = list(endings)
    return Desk(database=database, channel=channel)


async def test_a_file_goes_out_with_its_caption(database: Database, file: PartFile) -> None:
    """By the channel's own way for files."""
    desk = desk_of(database, FileSendingChannel())
    await desk.queue_file(file, "the list")
    await desk.deliver_all()
    assert list(desk.channel.shown.values()) == ["a.txt: the list"]
    assert [part.file for part in await desk.parts()] == [file]


@pytest.mark.parametrize("kind", [PlainChannel, EditingChannel])
async def test_a_channel_without_files_says_where_it_lies(
    database: Database, file: PartFile, kind: type[PlainChannel]
) -> None:
    """In words, once, after the caption."""
    desk = desk_of(database, kind())
    await desk.queue_file(file, "the list")
    await desk.deliver_all()
    (said,) = desk.channel.shown.values()
    assert said.startswith("the list\n\nI cannot send files here. a.txt lies")
    assert file.path in said


@pytest.mark.parametrize("outcome", [ARRIVED, "cut"])
async def test_an_unknown_outcome_is_looked_up(
    database: Database, file: PartFile, outcome: str
) -> None:
    """Whether it arrived or not, it is shown once, without a mark."""
    desk = desk_of(database, FileSendingChannel(), SendUnknown(outcome))
    await desk.queue_file(file, "the list")
    await desk.deliver_all()
    assert list(desk.channel.shown.values()) == ["a.txt: the list"]


async def test_what_cannot_be_looked_up_is_sent_once_more_and_counted(
    database: Database, file: PartFile
) -> None:
    """The repetition is marked beside the file."""
    channel = FileSendingChannel()
    channel.blindness = LookupInconclusive("blind")
    desk = desk_of(database, channel, SendUnknown(ARRIVED))
    await desk.queue_file(file)
    await desk.deliver_all()
    first, second = channel.shown.values()
    assert (first, "sent again" in second) == ("a.txt: ", True)
    (part,) = await desk.parts()
    assert (part.state, part.is_ambiguous, part.is_recovered) == (OutboxState.SENT, True, True)


async def test_a_refused_file_is_told(database: Database, file: PartFile) -> None:
    """The answer spoke of it; the reason is the platform's."""
    desk = desk_of(database, FileSendingChannel(), SendRejected("too large"))
    await desk.queue_file(file)
    await desk.deliver_all()
    assert list(desk.channel.shown.values()) == [f"{NOTICE}too large"]
    assert [part.state for part in await desk.parts()] == [OutboxState.FAILED]


async def test_a_refused_text_is_not_told_again(database: Database) -> None:
    """Only of files there is a notice: for a text the channel itself is the trouble."""
    desk = desk_of(database, FileSendingChannel(), SendRejected("chat not found"))
    await desk.queue("hello")
    await desk.deliver_all()
    assert desk.channel.shown == {}


async def test_a_copy_that_is_gone_is_told(database: Database, file: PartFile) -> None:
    """Somebody tidied up the data directory."""
    await asyncio.to_thread(Path(file.path).unlink)
    desk = desk_of(database, FileSendingChannel())
    await desk.queue_file(file)
    await desk.deliver_all()
    assert list(desk.channel.shown.values()) == [f"{NOTICE}its copy is gone from this machine"]


async def test_a_file_waits_for_the_words_before_it(database: Database, file: PartFile) -> None:
    """Parts leave in their order, whatever they carry."""
    later = SendFailed("busy", retry_after=timedelta(seconds=30))
    desk = desk_of(database, FileSendingChannel(), later)
    await desk.queue("words")
    other = Desk(database=database, channel=desk.channel, clock=desk.clock)
    await other.queue_file(file)
    await desk.deliver_all()
    assert list(desk.channel.shown.values()) == ["words", "a.txt: "]
