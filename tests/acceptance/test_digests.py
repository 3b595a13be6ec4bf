"""A digest from the words in the chat to the message in the morning, on every messenger."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from tests.acceptance.messengers.crowd import Chat, Crowd, opened
from tests.acceptance.moved_gateway import MOVED, Strings
from tests.doubles.model_reply import ParsedRequest, Reply
from tests.doubles.web_server import WebServer
from workers.models.protocol import ToolCall, ToolOutput, UserText

SUNDAY = datetime(2026, 1, 4, 20, 0, tzinfo=UTC)
MONDAY_AT_8 = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WISH = "Every weekday at 8 in the morning send me what is new in these two feeds"
GOAL = "Run rss_subscribe with action new and tell in few words what is new."
FEED = "<rss version='2.0'><channel><title>{0}</title>{1}</channel></rss>"
ITEM = "<item><title>{0}</title><link>http://{1}/{0}</link><guid>{0}</guid></item>"
TITLE = re.compile(r"(?:reeds|ponds)-\w+-fresh")
ID = re.compile(r"⏰ \W*([0-9a-f]{8})")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(kw_only=True)
class Mornings:
    """A gateway on all messengers, whose clock is the test's, and the feeds of the people there."""

    crowd: Crowd
    web: WebServer
    strings: Strings

    def publish(self, chat: Chat, *ages: str) -> tuple[str, ...]:
        """Lay out the two feeds of a messenger's person; return their addresses."""
        name = chat.messenger.name
        for feed in ("reeds", "ponds"):
            items = "".join(ITEM.format(f"{feed}-{name}-{age}", self.web.host) for age in ages)
            self.web.serve(f"/{feed}-{name}", FEED.format(feed, items), content_type="text/xml")
        return tuple(self.web.url(f"/{feed}-{name}") for feed in ("reeds", "ponds"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mornings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mornings]:
    """Start a gateway on a Sunday evening."""
    data_dir = tmp_path_factory.mktemp("digests") / "data"
    strings = Strings(data_dir)
    strings.set_clock(SUNDAY)
    async with WebServer() as web:
        settings = {"CREWDESK_SKILLS__ALLOWED_HOSTS": web.host}
        async with opened(data_dir, settings, command=MOVED) as crowd:
            crowd.book.on(WISH, make_it)
            crowd.book.on(GOAL, tell_it)
            yield Mornings(crowd=crowd, web=web, strings=strings)


def outputs(request: ParsedRequest) -> list[str]:
    """Return what tools gave back since the newest words of a person."""
    found: list[str] = []
    for item in request.items:
        if isinstance(item, UserText):
            found = []
        elif isinstance(item, ToolOutput):
            found.append(item.output)
    return found


def call(request: ParsedRequest, name: str, **arguments: object) -> Reply:
    """Call a tool; the position in the transcript makes the id unique."""
    one = ToolCall(call_id=f"call_{len(request.items)}", name=name, arguments=json.dumps(arguments))
    return Reply(tool_calls=(one,))


def feed_call(request: ParsedRequest, **arguments: str) -> Reply:
    """Call the skill for feeds."""
    return call(request, "run_extension", skill_name="rss_subscribe", args=arguments)


def make_it(request: ParsedRequest) -> Reply:
    """Do as a model does that is asked for the digest: follow both feeds, then schedule it."""
    done, feeds = len(outputs(request)), re.findall(r"http://\S+", request.newest_user_text)
    if done < len(feeds):
        return feed_call(request, action="subscribe", url=feeds[done])
    if done == len(feeds):
        return call(request, "create_schedule", kind="cron", when="0 8 * * 1-5", goal=GOAL)
    return Reply(text="You will get the news of both feeds.")


def tell_it(request: ParsedRequest) -> Reply:
    """Do as a model does in the scheduled run: ask the skill, then tell what it found."""
    found = outputs(request)
    if not found:
        return feed_call(request, action="new")
    titles = dict.fromkeys(TITLE.findall(found[-1]))
    return Reply(text=f"New: {', '.join(sorted(titles))}" if titles else "HEARTBEAT_OK")


async def ask_for_it(mornings: Mornings, chat: Chat) -> str:
    """Ask for the digest in one's own words, and return the id of the schedule that is told."""
    feeds = mornings.publish(chat, "old")
    said = await chat.asks(f"{WISH}: {' and '.join(feeds)}")
    mornings.publish(chat, "fresh", "old")
    found = ID.search(said)
    assert found is not None, said
    assert said.startswith("You will get the news of both feeds.")
    assert "at 08:00, Monday through Friday" in said
    dates = (f"2026-01-0{day} 08:00 +0000" for day in (5, 6, 7))
    assert f"next: {', '.join(dates)}" in said
    assert "Write “undo” to take it back." in said
    return found[1]


async def another_reminder_comes(mornings: Mornings) -> None:
    """Wait for what is due at the same time for somebody else: then the clock was looked at."""
    other = mornings.crowd.member("telegram")
    mornings.crowd.book.on("Remind Bob", lambda _: Reply(text="Bob, get up!"))
    order = {"kind": "once", "when": "tomorrow at 08:00", "goal": "Remind Bob"}
    await other.asks(f"Wake me [[tool:create_schedule {json.dumps(order)}]][[say:I will.]]")
    await mornings.crowd.settled()
    mornings.strings.set_clock(MONDAY_AT_8 + DAY)
    assert (await other.answers(2))[1] == "Bob, get up!"


async def test_a_digest_is_asked_for_arrives_is_explained_and_taken_back(
    mornings: Mornings,
) -> None:
    """On Telegram, Slack and DingTalk, with one clock."""
    crowd = mornings.crowd
    chats = [crowd.member(name) for name in ("telegram", "slack", "dingtalk")]
    made = [await ask_for_it(mornings, chat) for chat in chats]
    await crowd.settled()

    mornings.strings.set_clock(MONDAY_AT_8)
    for chat in chats:
        name = chat.messenger.name
        assert (await chat.answers(2))[1] == f"New: ponds-{name}-fresh, reeds-{name}-fresh"
    await crowd.settled()
    assert [len(chat.texts) for chat in chats] == [2, 2, 2]

    for chat, schedule in zip(chats, made, strict=True):
        why = await chat.asks(f"/cron why {schedule}")
        assert "2026-01-05 08:00 +0000 · fired · completed · message sent" in why
        assert (await chat.asks("undo")).startswith("Taken back: Run rss")
        assert "There are no schedules" in await chat.asks("/cron")
        mornings.publish(chat, "later-fresh", "fresh", "old")
    before = [chat.texts for chat in chats]
    await another_reminder_comes(mornings)
    await crowd.settled()
    assert [chat.texts for chat in chats] == before
