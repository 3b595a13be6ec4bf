"""The same service with a model that speaks Chat Completions."""

from collections.abc import Mapping

import pytest

from tests.acceptance.scene import Chat, tool_outputs
from tests.doubles.model_reply import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """Choose the other interface of the model's server."""
    return {"CREWDESK_MODEL__API": "chat"}


async def test_a_message_is_answered(chat: Chat) -> None:
    """The shortest way through everything, over the other interface."""
    assert await chat.asks("How are you?") == "answer to How are you?"
    assert chat.requests[-1].parsed.api is Api.CHAT


async def test_a_tool_is_called_and_its_result_reaches_the_model(chat: Chat) -> None:
    """Call and result are put into the words of this interface and back."""
    said = await chat.asks('count [[tool:bash {"command":"echo $((6 * 7))"}]][[say:It is done.]]')
    assert said == "It is done."
    assert tool_outputs(chat.requests[-1]) == ["42\n[exit code 0]"]
