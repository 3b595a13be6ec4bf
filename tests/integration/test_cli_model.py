"""`crewdesk chat` against a gateway whose model is scripted: questions, long and failed answers."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.doubles.command_line import Finished, crewdesk
from tests.doubles.gateway_process import GatewayProcess
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer
from workers.models.protocol import ToolCall

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = json.dumps({"question": "Which one?", "options": ["red", "blue"]})
PARTS = 3
CHARACTERS = 300_000  # of one message at the terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A gateway and the model behind it."""

    gateway: GatewayProcess
    model: ModelServer

    async def chat(self, text: str, name: str) -> Finished:
        """Say one thing in a chat of that name."""
        return await crewdesk("chat", text, "--as", name, environment=self.gateway.environment)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Start a gateway with a model of ours; each test uses a chat of its own."""
    async with ModelServer() as model:
        settings = {
            "OPENAI_API_KEY": "opens-nothing",
            "OPENAI_BASE_URL": model.base_url,
            "CREWDESK_MODEL__NAME": "double",
        }
        data_dir = tmp_path_factory.mktemp("cli_model") / "data"
        async with GatewayProcess(data_dir, settings) as gateway:
            yield Desk(gateway=gateway, model=model)


async def test_question_ends_one_chat_and_its_answer_begins_the_next(desk: Desk) -> None:
    """The second command goes on with the task of the first, and shows only what is new."""
    asking = ToolCall(call_id="c1", name="ask_user", arguments=QUESTION)
    desk.model.enqueue([Reply(tool_calls=(asking,)), Reply(text="Blue it is.")])

    asked = await desk.chat("choose a colour", "asking")
    answered = await desk.chat("2", "asking")

    assert asked.code == 0
    assert asked.out.startswith("Which one?")
    assert (answered.code, answered.out, answered.err) == (0, "Blue it is.\n", "")


async def test_all_parts_of_a_long_answer_are_shown(desk: Desk) -> None:
    """The first part is not taken for the whole."""
    lines = [f"line {number:05} " + "x" * 80 for number in range(PARTS * CHARACTERS // 100)]
    desk.model.enqueue([Reply(text="\n".join(lines))])

    done = await desk.chat("write a book", "long")

    assert done.code == 0
    assert [line for line in done.out.splitlines() if line] == lines


async def test_failed_task_is_exit_code_1_with_its_reason(desk: Desk) -> None:
    """What the bot says about it stands on standard output all the same."""
    desk.model.enqueue([Reply(status=401, error_code="invalid_api_key", error_message="Bad key")])

    done = await desk.chat("hello", "refused")

    assert done.code == 1
    assert "The language model refused" in done.out
    assert done.err.startswith("crewdesk: the task is failed: model_rejected")
    assert "`crewdesk task " in done.err


async def test_answer_that_came_too_late_for_its_chat_does_not_mix_with_the_next(
    desk: Desk,
) -> None:
    """What nobody saw is shown to the next one who connects, apart from their own answer."""
    desk.model.enqueue([Reply(text="late", delay_s=2), Reply(text="in time")])
    environment = desk.gateway.environment
    hasty = await crewdesk(
        "chat", "first", "--as", "late", "--timeout", "1", environment=environment
    )

    next_one = await desk.chat("second", "late")

    assert hasty.code == 1
    assert next_one.out == "in time\n"
    assert "late" in next_one.err
