"""Heartbeats through a whole process: a day without news, news, and death between the two."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.phrases import Phrase, say
from tests.acceptance.asking import run
from tests.acceptance.moved_gateway import MOVED, WITHOUT, Strings
from tests.acceptance.scene import Chat, Scene, opened
from tests.doubles.model_reply import ParsedRequest, Reply
from tests.doubles.web_server import WebServer

MONDAY = datetime(2026, 1, 5, 0, 1, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
FEED = "<rss version='2.0'><channel><title>Reed news</title>{}</channel></rss>"
ITEM = "<item><title>{0}</title><link>http://{1}/{0}</link><guid>{0}</guid></item>"
GOAL = say(Phrase.HEARTBEAT_GOAL, "en")
SENT_AGAIN = f"\n\n{say(Phrase.SENT_AGAIN, 'en')}"
RECEIPTS = "SELECT findings FROM heartbeat_receipts ORDER BY receipt_id"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(kw_only=True)
class Day:
    """A person whose feed is looked at every half hour, by a clock of the test's."""

    chat: Chat
    web: WebServer
    strings: Strings
    items: list[str] = field(default_factory=lambda: ["old"])
    ticks: int = 0

    @property
    def scene(self) -> Scene:
        """The gateway and what is around it."""
        return self.chat.scene

    def publish(self, *titles: str) -> None:
        """Put items into the feed."""
        self.items = [*titles, *self.items]
        body = FEED.format("".join(ITEM.format(one, self.web.host) for one in self.items))
        self.web.serve("/feed", body, content_type="text/xml")

    async def receipts(self) -> list[int]:
        """Return how much was new at each look so far."""
        return [int(str(row[0])) for row in await self.scene.query(RECEIPTS)]

    async def beat(self) -> int:
        """Let half an hour pass, and return how much is new, once that is told.

        The next half hour would pass in the middle of that work, whose lease ends long before.
        """
        self.strings.pass_time(HALF_HOUR)
        await self.scene.stored(f"{RECEIPTS} LIMIT 1 OFFSET {self.ticks}")
        self.ticks += 1
        found = (await self.receipts())[-1]
        if found:
            await self.scene.settled()
        return found

    @property
    def goals(self) -> Sequence[str]:
        """What the model was asked so far, a line for each request."""
        texts = (request.parsed.newest_user_text for request in self.chat.requests)
        return [text.splitlines()[0] for text in texts]


@asynccontextmanager
async def opened_day(data_dir: Path, settings: Mapping[str, str]) -> AsyncIterator[Day]:
    """Start a gateway shortly after midnight and have somebody follow a feed."""
    strings = Strings(data_dir)
    strings.set_clock(MONDAY)
    async with WebServer() as web:
        told_of = {"CREWDESK_SKILLS__ALLOWED_HOSTS": web.host, **settings}
        async with opened(data_dir, told_of, command=MOVED) as scene:
            day = Day(chat=scene.member(), web=web, strings=strings)
            scene.book.on(GOAL, told)
            day.publish()
            call = run("rss_subscribe", action="subscribe", url=web.url("/feed"))
            await day.chat.asks(f"Follow it {call}[[say:I follow it.]]")
            await day.chat.asks("/heartbeat hours 00:00-23:59")
            await scene.stored(RECEIPTS)  # the first look comes at once
            day.ticks = 1
            await scene.settled()
            yield day


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """Start the one gateway of these tests."""
    async with opened_day(tmp_path_factory.mktemp("heartbeats") / "data", {}) as day:
        yield day


def told(request: ParsedRequest) -> Reply:
    """Return the one message that the Manager makes of what is new."""
    lines = request.newest_user_text.splitlines()
    titles = [line.split()[1] for line in lines if line.startswith("- ")]
    return Reply(text=f"New: {', '.join(titles)}")


@pytest.mark.parametrize("ticks", [8, pytest.param(48, marks=pytest.mark.soak)])
async def test_looks_without_news_cost_nothing(day: Day, ticks: int) -> None:
    """A day has 48: no request to the model, no message, and a receipt for each."""
    asked, shown = day.goals, day.chat.ever_shown
    told_of = sum(found > 0 for found in await day.receipts())

    found = [await day.beat() for _ in range(ticks)]

    await day.scene.settled()
    assert found == [0] * ticks
    assert (day.goals, day.chat.ever_shown) == (asked, shown)
    status = await day.chat.asks("/heartbeat status")
    assert f"{day.ticks} looks, {day.ticks - told_of} without a model; " in status


async def test_three_new_items_make_one_request_and_one_message(day: Day) -> None:
    """And nothing more at the next look."""
    asked, shown = day.goals, day.chat.texts
    day.publish("heron", "bittern", "grebe")

    found = [await day.beat() for _ in range(2)]

    await day.chat.answers(len(shown) + 1)
    await day.scene.settled()
    assert found == [3, 0]
    assert day.goals[len(asked) :] == [GOAL]
    assert day.chat.texts == [*shown, "New: heron, bittern, grebe"]
    assert "heron; bittern; grebe" in await day.chat.asks("/heartbeat")


@pytest.mark.parametrize(
    "point",
    [
        "before:settle_heartbeat",  # found, and nothing stored of it
        "after:settle_heartbeat",  # the task is in the inbox
        "after:leave_completed",  # the answer is stored, and nothing of it is sent
        "after:begin_send",  # it may have been sent
    ],
)
async def test_a_death_between_finding_and_sending_changes_nothing(day: Day, point: str) -> None:
    """Still one request and one message, whichever process makes them."""
    asked, shown = day.goals, day.chat.texts
    name = point.replace(":", "-")
    day.publish(*(f"{name}-{number}" for number in range(3)))
    await day.scene.settled()
    before = await day.receipts()

    day.strings.die_at(point)
    day.strings.pass_time(HALF_HOUR)
    await day.scene.gateway.wait()
    if point == "before:settle_heartbeat":
        day.strings.pass_time(HALF_HOUR / 2)  # a look of which nothing came is due again
    await day.scene.gateway.start()
    await day.chat.answers(len(shown) + 1)
    await day.scene.settled()

    day.ticks = len(await day.receipts())
    assert sum((await day.receipts())[len(before) :]) == 3
    assert day.goals[len(asked) :] == [GOAL]
    *earlier, told_last = day.chat.texts
    assert earlier == shown
    assert told_last.removesuffix(SENT_AGAIN) == f"New: {name}-0, {name}-1, {name}-2"


async def test_without_fingerprints_the_same_news_would_be_told_at_each_look(
    tmp_path: Path,
) -> None:
    """The tests above fail where the mechanism is off."""
    async with opened_day(tmp_path / "data", {WITHOUT: "fingerprints"}) as day:
        day.publish("heron")

        assert [await day.beat() for _ in range(2)] == [1, 1]

        await day.chat.answers(4)
        assert day.goals[-2:] == [GOAL, GOAL]
