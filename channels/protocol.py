"""What a channel must do, and what it may do besides."""

from collections.abc import AsyncIterator, Awaitable, Callable, Container, Sequence
from typing import Protocol, runtime_checkable

from aiohttp import web

from channels.message import (
    Attachment,
    ConversationAddress,
    InboundMessage,
    OutboundFile,
    OutboundMessage,
)

Receive = Callable[[Sequence[InboundMessage]], Awaitable[None]]
"""Takes events in the order in which they came; returns once they are stored.

Raises whatever kept them from being stored; then the channel must not acknowledge them upstream and
offers them again later. May be called twice with the same event.
"""


class Channel(Protocol):
    """One bot account on one platform."""

    name: str

    async def run(self, receive: Receive) -> None:
        """Receive until cancelled; acknowledge upstream only after `receive` returned.

        Reconnects by itself after passing troubles. On cancellation it stops at once and leaves
        whatever is not stored unacknowledged.

        Raises:
            ChannelUnavailable: the platform cannot be used; the gateway shows why and starts
                `run` again after `retry_after`, or never where that is None.
        """

    async def send(self, message: OutboundMessage) -> str:
        """Send one message, once, and return the platform's id of it.

        Never retries by itself. Waits at most 30 s.

        Raises:
            SendFailed: nothing was sent, another try may succeed after `retry_after`.
            SendUnknown: the request may have arrived.
            SendRejected: another try is useless.
        """


@runtime_checkable
class EditsMessages(Protocol):
    """The platform can replace the text of a message that was sent."""

    async def edit(self, message_id: str, message: OutboundMessage) -> None:
        """Make `message_id` read as `message`; harmless when repeated.

        Raises:
            SendFailed: try again after `retry_after`.
            SendUnknown: try the same edit again.
            MessageGone: there is no such message.
            SendRejected: it can't be edited.
        """


@runtime_checkable
class ShowsTyping(Protocol):
    """The platform can show that the bot is at work."""

    async def show_typing(self, conversation: ConversationAddress) -> None:
        """Show it for a few seconds; raises `SendError` like `send`."""


@runtime_checkable
class ShowsSeen(Protocol):
    """The platform can show on a person's message that the bot has taken note of it."""

    async def show_seen(self, conversation: ConversationAddress, message_id: str) -> None:
        """Put a mark on the message; harmless when repeated; raises `SendError` like `send`."""


@runtime_checkable
class FetchesFiles(Protocol):
    """Files that come with a message can be fetched."""

    def fetch_file(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield the file piece by piece, at most 1 MiB each; each wait takes at most 30 s.

        May be called again for the same attachment while the platform keeps it.

        Raises:
            FileUnavailable: it can't be had now, or for good.
        """


@runtime_checkable
class SendsFiles(Protocol):
    """The platform takes files."""

    async def send_file(self, message: OutboundMessage, file: OutboundFile) -> str:
        """Send one file, once, with the message's text (maybe empty) beside it.

        Returns the platform's id of the message and raises like `send`. Waits at most 120 s.
        """


@runtime_checkable
class StreamsDrafts(Protocol):
    """The platform can show a growing text beside the conversation that is no message yet."""

    async def show_draft(self, conversation: ConversationAddress, draft_id: str, text: str) -> None:
        """Show `text` in place of what the same `draft_id` showed before.

        The next `send` to the conversation takes its place. May get lost, so nothing is owed to
        it; raises `SendError` like `send`.
        """


@runtime_checkable
class SignalsReachable(Protocol):
    """People come and go here, and a conversation is out of reach while they are away."""

    def on_reachable(self, notify: Callable[[ConversationAddress], None]) -> None:
        """Call `notify`, which never blocks, whenever a conversation can be reached (again).

        Then what `send` refused with `SendFailed` may be offered at once. Replaces an earlier
        `notify`; called before `run`.
        """


@runtime_checkable
class TellsTrouble(Protocol):
    """The channel knows, while it runs, whether it is connected."""

    def trouble(self) -> str:
        """Return why nothing comes in now, for people to read; empty while all is well."""


@runtime_checkable
class HoldsConnections(Protocol):
    """The channel has something open beyond the end of `run`."""

    async def aclose(self) -> None:
        """Close it; called once, after the last `send`. Takes at most a second."""


@runtime_checkable
class ServesHttp(Protocol):
    """The channel takes part in the gateway's own HTTP server."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes, once, before the server starts.

        They stand while the gateway runs; outside `run` they answer 503.
        """


@runtime_checkable
class FindsSent(Protocol):
    """A send with unknown outcome can be looked up."""

    def anchor(self, message: OutboundMessage, last_message_id: str) -> str:
        """Return a mark of the moment before a send, to be stored before the send is tried.

        `last_message_id` is the newest message known in that conversation, or empty. No I/O.
        """

    async def find(
        self, message: OutboundMessage, anchor: str, taken: Container[str]
    ) -> str | None:
        """Return the id of `message` if it arrived after `anchor`, None if it did not.

        `taken` holds the ids in this conversation's chat space that are known to be other
        messages. Harmless when repeated. When found, the platform shows `message` in full.

        Raises:
            SendFailed: the platform can't be asked now; ask again after `retry_after`.
            LookupInconclusive: neither can be shown; with `is_unlikely` where it was looked for
                and not seen, so that another repetition hardly shows it twice.
        """


@runtime_checkable
class FindsSentFiles(Protocol):
    """A file that was sent with unknown outcome can be looked up; comes with `FindsSent`."""

    async def find_file(
        self, message: OutboundMessage, file: OutboundFile, anchor: str, taken: Container[str]
    ) -> str | None:
        """Return the id of the message that carries the file; otherwise like `FindsSent.find`."""


@runtime_checkable
class PublishesCommands(Protocol):
    """The platform has a native menu of commands."""

    async def publish_commands(self, commands: dict[str, dict[str, str]]) -> None:
        """Replace the menu; `commands` maps a language to command names with their descriptions.

        Raises:
            ChannelUnavailable: the platform refuses.
        """


class SplitsText(Protocol):
    """How a platform's limits divide a long text; pure, and known without the client library."""

    def __call__(self, text: str) -> Sequence[str]:
        """Split CommonMark into parts that each fit one message; total: any text gives a part."""
