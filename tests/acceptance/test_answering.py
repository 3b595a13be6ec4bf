"""What people get for what they write."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from channels.telegram.outbound import MAX_TEXT_UNITS, utf16_units
from tests.acceptance.asking import dispatch, long_answer, release
from tests.acceptance.scene import GROWING, Chat, tool_outputs
from tests.doubles.model_reply import Api, ParsedRequest, Reply
from tests.doubles.telegram_world import StoredMessage
from workers.models.protocol import ToolCall, ToolOutput

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_message_is_answered_once_with_what_the_model_says(chat: Chat) -> None:
    """The shortest way through everything."""
    await chat.asks("How are you?")
    await chat.scene.settled()
    assert chat.texts == ["answer to How are you?"]
    assert chat.requests[-1].parsed.api is Api.RESPONSES


async def test_a_greeting_is_answered_by_the_manager_itself(chat: Chat) -> None:
    """A "你好" takes one model call, and counts as small talk."""
    before = len(chat.requests)
    assert await chat.asks("你好") == "answer to 你好"
    await chat.scene.settled()
    assert len(chat.requests) == before + 1
    assert "There are no tasks yet" in await chat.asks("/tasks")


async def test_arguments_of_a_wrong_type_are_told_to_the_model(chat: Chat) -> None:
    """Nothing runs, and the model can mend its call."""
    call = '[[tool:bash {"command":42}]]'
    mended = '[[tool:bash {"command":"echo mended"}]]'
    assert await chat.asks(f"type {call}{mended}[[say:Good.]]") == "Good."
    first, second = tool_outputs(chat.requests[-1])
    assert json.loads(first)["error"] == "bad_arguments"
    assert second.startswith("mended")


async def test_a_workers_words_reach_nobody_unless_the_manager_says_them(chat: Chat) -> None:
    """Neither a message nor a preview nor an edit shows what a worker wrote."""
    pace = asyncio.Semaphore(0)
    chat.scene.book.on("look for the bird", lambda _: Reply(text="a grey heron", pace=pace))
    await chat.says(f"Which bird? {dispatch('look for the bird')}[[say:I have found out.]]")
    # The sign that somebody types comes when a preview would: then the worker begins to speak.
    await chat.scene.telegram.wait_for(lambda: chat.id in chat.scene.telegram.world.typing, 30)
    release(pace)
    await chat.answers()
    await chat.scene.settled()
    assert chat.ever_shown == ["I have found out."]
    assert "a grey heron" in tool_outputs(chat.requests[-1])[0]


async def test_the_manager_can_say_what_a_worker_found(chat: Chat) -> None:
    """The same, where the Manager repeats it: then, and only so, it is in the chat."""
    chat.scene.book.on("look for the fish", lambda _: Reply(text="a brown trout"))
    await chat.says(f"Which fish? {dispatch('look for the fish')}[[say:It is a brown trout.]]")
    assert await chat.answers() == ["It is a brown trout."]


async def test_two_workers_work_side_by_side(chat: Chat) -> None:
    """Neither has answered when both are at work; the Manager gets each one's own result."""
    left, right = asyncio.Semaphore(0), asyncio.Semaphore(0)
    chat.scene.book.on("Do the left job", lambda _: Reply(text="left result", pace=left))
    chat.scene.book.on("Do the right job", lambda _: Reply(text="right result", pace=right))
    chat.scene.book.on("Look at both sides", manager_of_two)
    await chat.says("Look at both sides")
    await chat.scene.asked("Do the left job")
    await chat.scene.asked("Do the right job")
    release(right)
    release(left)
    assert await chat.answers() == ["left result, right result"]


async def test_a_long_answer_comes_in_order_and_whole(chat: Chat) -> None:
    """20,000 characters with code: each part within the limits, no line lost or repeated."""
    code = [f"value_{number:03} = 'row {number:03} of the table'" for number in range(400)]
    chat.scene.book.on("Show me the long table", lambda _: Reply(text=long_answer(code)))
    await chat.says("Show me the long table")
    await chat.shows(lambda texts: bool(texts) and "The end." in texts[-1])
    await chat.scene.settled()
    parts = chat.scene.telegram.world.from_bot(chat.id)
    assert all(utf16_units(part.text) <= MAX_TEXT_UNITS for part in parts)
    assert not any("```" in part.text for part in parts)
    assert [line for part in parts for line in code_lines(part)] == code
    assert [word for part in parts for word in part.text.split() if word.startswith("§")] == [
        f"§{number}" for number in range(8)
    ]


async def test_an_answer_grows_before_ones_eyes_and_ends_as_one_message(chat: Chat) -> None:
    """A slow model's words show as a preview, which then becomes the answer."""
    pace = asyncio.Semaphore(0)
    words = " ".join(f"word{number}" for number in range(40))
    chat.scene.book.on("Speak slowly", lambda _: Reply(text=words, pace=pace))
    await chat.says("Speak slowly")
    release(pace, 20)
    await chat.scene.telegram.wait_for(lambda: any(chat.texts), 30)
    preview = chat.texts[0]
    release(pace)
    await chat.shows(lambda texts: texts == [words])
    await chat.scene.settled()
    assert preview.endswith(GROWING)
    assert words.startswith(preview.removesuffix(GROWING))
    assert chat.texts == [words]


async def test_an_answer_that_is_stopped_does_not_look_as_if_it_grew(chat: Chat) -> None:
    """What was shown of it stays, and says that nothing more will come."""
    pace = asyncio.Semaphore(0)
    words = " ".join(f"word{number}" for number in range(40))
    chat.scene.book.on("Speak for long", lambda _: Reply(text=words, pace=pace))
    await chat.says("Speak for long")
    release(pace, 20)
    await chat.scene.telegram.wait_for(lambda: any(chat.texts), 30)
    await chat.says("/stop")
    await chat.shows(lambda texts: len(texts) == 2)
    await chat.scene.settled()
    assert chat.texts[0].startswith("word0")
    assert chat.texts[0].endswith("(stopped)")


def manager_of_two(request: ParsedRequest) -> Reply:
    """Hand out two jobs at once, wait for both, and say what they came to."""
    outputs = [json.loads(item.output) for item in request.items if isinstance(item, ToolOutput)]
    if not outputs:
        return Reply(tool_calls=calls("dispatch_worker", [job("left"), job("right")]))
    if len(outputs) == 2:
        waits = [{"task_id": output["task_id"]} for output in outputs]
        return Reply(tool_calls=calls("await_worker", waits))
    return Reply(text=", ".join(output["result"] for output in outputs[2:]))


def job(side: str) -> dict[str, object]:
    """Return the arguments that hand out a job without waiting for it."""
    return {"worker_id": "worker", "instruction": f"Do the {side} job", "wait": False}


def calls(name: str, arguments: Sequence[object]) -> tuple[ToolCall, ...]:
    """Return calls of one tool."""
    return tuple(
        ToolCall(call_id=f"{name}_{number}", name=name, arguments=json.dumps(one))
        for number, one in enumerate(arguments)
    )


def code_lines(message: StoredMessage) -> list[str]:
    """Return the lines of a message that are shown as a block of code."""
    units = message.text.encode("utf-16-le")
    spans = [
        (entity["offset"], entity["length"])
        for entity in message.content.entities
        if entity["type"] == "pre"
    ]
    blocks = [
        units[2 * start : 2 * (start + length)].decode("utf-16-le")
        for start, length in spans
        if isinstance(start, int) and isinstance(length, int)
    ]
    return [line for block in blocks for line in block.splitlines()]
