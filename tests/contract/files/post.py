"""A file fetcher with a conversation, a task and a channel in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from channels.errors import FileUnavailable
from channels.message import Attachment, AttachmentKind, ConversationAddress, InboundMessage
from gateway.config.sections import FileSettings
from gateway.files import FileFetcher, FileRoom, Transcribe
from gateway.roster import Roster
from gateway.store import conversations, files, tasks
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.files import FileState, ReceivedFile
from gateway.store.statement import Script
from gateway.workshop import workspace_folder
from tests.contract.inbox.kit import new_task
from tests.doubles.channel import PlainChannel
from tests.doubles.clock import START, ManualClock
from tests.doubles.databases import query

HOME = ConversationAddress(channel="double", account="bot", chat_id="1")
PATIENCE_SECONDS = 10
Pieces = Sequence[bytes]


class FileChannel(PlainChannel):
    """Gives out the files that a test puts there; `troubles` come first, one per call."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, Callable[[], AsyncIterator[bytes]]] = {}
        self.troubles: list[Exception] = []
        self.fetched: list[str] = []

    def put(self, file_id: str, *pieces: bytes) -> None:
        """Hold a file, in pieces."""

        async def give() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        self.held[file_id] = give

    async def fetch_file(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield the file's pieces; see `FetchesFiles`."""
        self.fetched.append(attachment.file_id)
        if self.troubles:
            raise self.troubles.pop(0)
        if attachment.file_id not in self.held:
            raise FileUnavailable("it is gone")
        async for piece in self.held[attachment.file_id]():
            yield piece


@dataclass(kw_only=True)
class Post:
    """Accepts messages with files and fetches them."""

    database: Database
    data_dir: Path
    channel: PlainChannel = field(default_factory=FileChannel)
    settings: FileSettings = field(default_factory=FileSettings)
    transcribe: Transcribe | None = None
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        roster = Roster({})
        roster.add(self.channel)
        self.fetcher = FileFetcher(
            FileRoom(
                database=self.database,
                clock=self.clock,
                roster=roster,
                data_dir=self.data_dir,
                settings=self.settings,
                transcribe=self.transcribe,
            )
        )

    @property
    def source(self) -> FileChannel:
        """The channel as one that holds files."""
        assert isinstance(self.channel, FileChannel)
        return self.channel

    async def accept(self, *attachments: Attachment) -> UUID:
        """Store a message with files as the intake does; return its task."""
        event = InboundMessage(
            event_id=str(uuid4()),
            message_id="m1",
            conversation=HOME,
            sender_id="1",
            sender_name="Ann",
            text="",
            sent_at=START,
            attachments=attachments,
        )

        def script() -> Script[UUID]:
            talk = yield from conversations.meet(HOME, "en", START)
            task = new_task(event.event_key, HOME.key, conversation_id=talk.conversation_id)
            yield from tasks.submit(task, START)
            yield from conversations.hear(talk, event, task.task_id, START)
            yield from files.want(talk, event, task.task_id, START)
            return task.task_id

        task_id = await self.database.transact("accept", script)
        self.fetcher.wakeup.call()
        return task_id

    async def accept_file(
        self, *pieces: bytes, kind: AttachmentKind = AttachmentKind.DOCUMENT, name: str = "a.txt"
    ) -> UUID:
        """Store a message with one file that the channel holds; return its task."""
        file_id = str(uuid4())
        self.source.put(file_id, *pieces)
        return await self.accept(Attachment(kind=kind, file_id=file_id, name=name))

    async def file_of(self, task_id: UUID) -> ReceivedFile:
        """Return the one file of a task as it stands."""
        (file,) = await self.database.transact("files", lambda: files.of_task(task_id))
        return file

    async def settled(self, task_id: UUID) -> ReceivedFile:
        """Fetch until the one file of a task is no longer wanted, and return it."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.running():
            (file,) = await self.fetcher.of_task(task_id)
            assert file.state is not FileState.WANTED
            return file

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the loop meanwhile."""
        async with asyncio.TaskGroup() as group:
            loop = group.create_task(self.fetcher.run())
            try:
                yield
            finally:
                loop.cancel()

    async def put_off(self, task_id: UUID) -> ReceivedFile:
        """Fetch until the file of a task was put off, and return it."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.running():
            while not (file := await self.file_of(task_id)).error:  # noqa: ASYNC110 - a row
                await asyncio.sleep(0.01)
        return file

    async def end(self, task_id: UUID) -> None:
        """Let a task have ended."""
        sql = "UPDATE tasks SET status = 'completed' WHERE task_id = :task_id"
        await query(self.database, sql, task_id=task_id)

    async def talk(self) -> Conversation:
        """Return the conversation."""
        return await self.database.transact("meet", lambda: conversations.meet(HOME, "en", START))

    async def inbox(self) -> dict[str, bytes]:
        """Return what lies in the conversation's inbox, by the names without their ids."""
        talk = await self.talk()
        folder = workspace_folder(self.data_dir, talk.conversation_id) / "inbox"
        return {file.name.partition("-")[2]: file.read_bytes() for file in folder.glob("*")}
