"""What people get for what they write."""

import asyncio
import json

import pytest

from tests.acceptance.scene import Chat, Scene
from tests.doubles.model_reply import Api
from tests.doubles.telegram_world import BOT_ID
from workers.models.protocol import ToolOutput

pytestmark = pytest.mark.asyncio(loop_scope="module")


def outputs(chat: Chat) -> list[str]:
    """Return what tools gave back, as the newest request shows it to the model."""
    items = chat.requests[-1].parsed.items
    return [item.output for item in items if isinstance(item, ToolOutput)]


async def test_a_message_is_answered_once_with_what_the_model_says(chat: Chat) -> None:
    """The shortest way through everything."""
    assert await chat.asks("How are you?") == "answer to How are you?"
    await chat.scene.settled()
    assert chat.texts == ["answer to How are you?"]


async def test_a_tool_is_called_and_its_result_reaches_the_model(chat: Chat) -> None:
    """`bash` really runs, and what it printed is in the next request."""
    said = await chat.asks('count [[tool:bash {"command":"echo $((6 * 7))"}]][[say:It is done.]]')
    assert said == "It is done."
    assert outputs(chat) == ["42\n[exit code 0]"]


async def test_a_greeting_is_answered_by_the_manager_itself(chat: Chat) -> None:
    """ "你好" takes one model call and nothing else."""
    before = len(chat.requests)
    assert await chat.asks("你好") == "answer to 你好"
    await chat.scene.settled()
    assert len(chat.requests) == before + 1
    assert await chat.asks("/tasks") == (
        "There are no tasks yet. Small talk is not listed, only what took a tool, a worker or a "
        "schedule."
    )
