"""The scripted model server holds against the real client package, and its markers work."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI, BadRequestError

from tests.contract.models.reading import CLOCK, WEATHER, Connect, answer_of
from tests.doubles.model_markers import read_markers, scripted_by_markers
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer
from workers.models.client import openai_client
from workers.models.protocol import AssistantTurn, Item, ModelRequest, ToolOutput, UserText

REPLY = Reply(reasoning="hm", text="It rains.", tool_calls=(WEATHER, CLOCK))


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """A server that always says the same."""
    async with ModelServer(script=lambda _: REPLY) as running:
        yield running


@pytest.fixture
async def client(server: ModelServer) -> AsyncIterator[AsyncOpenAI]:
    """The package's own client."""
    async with openai_client(api_key="sk-test", base_url=server.base_url) as opened:
        yield opened


async def test_the_package_reads_a_whole_chat_completion(client: AsyncOpenAI) -> None:
    """Without streaming."""
    answer = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "hi"}]
    )
    message = answer.choices[0].message
    assert (message.content, answer.choices[0].finish_reason) == ("It rains.", "tool_calls")
    assert [call.id for call in message.tool_calls or []] == ["call_a1", "call_b2"]


async def test_the_package_reads_a_whole_response(client: AsyncOpenAI) -> None:
    """Without streaming, and with a plain text as input."""
    answer = await client.responses.create(model="m", input="hi")
    assert (answer.output_text, answer.status) == ("It rains.", "completed")
    assert [item.type for item in answer.output][:2] == ["reasoning", "message"]
    assert answer.usage is not None
    assert answer.usage.total_tokens == 18


async def test_the_packages_own_strict_reader_accepts_the_stream(client: AsyncOpenAI) -> None:
    """It raises where an index, an id or an order is wrong."""
    async with client.responses.stream(model="m", input="hi") as stream:
        numbers = [event.sequence_number async for event in stream if "." in event.type]
        final = await stream.get_final_response()
    assert numbers == sorted(numbers)
    assert final.output_text == "It rains."


async def test_a_transcript_that_servers_refuse_is_refused(client: AsyncOpenAI) -> None:
    """An output belongs to a call."""
    output = {"type": "function_call_output", "call_id": "nowhere", "output": "x"}
    with pytest.raises(BadRequestError, match="nowhere"):
        await client.post("/responses", cast_to=object, body={"model": "m", "input": [output]})


ASKED = 'do it [[tool:bash {"command": "echo ]]"}]] [[tool:clock]] [[say:all done]]\nsecond line'


async def test_markers_are_followed_step_by_step(connect: Connect) -> None:
    """One call after another, then the answer; asked again, the same comes again."""
    items: tuple[Item, ...] = (UserText(text=ASKED),)
    names: list[str] = []
    async with ModelServer(script=scripted_by_markers) as server:
        model = connect(server)
        for _ in range(2):
            answer = await answer_of(model, ModelRequest(instructions="", items=items))
            again = await answer_of(model, ModelRequest(instructions="", items=items))
            assert again.tool_calls == answer.tool_calls
            (call,) = answer.tool_calls
            names.append(call.name)
            output = ToolOutput(call_id=call.call_id, output="ok")
            items = (*items, AssistantTurn(text="", tool_calls=(call,)), output)
        last = await answer_of(model, ModelRequest(instructions="", items=items))
    assert (names, last.text) == (["bash", "clock"], "all done")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hello\nworld", "answer to hello"),
        ("m-17 [[tool:clock]]", "answer to m-17"),
        ("[[say:yes]]", "yes"),
        ("", "answer to "),
    ],
)
def test_the_answer_is_told_by_the_text(text: str, answer: str) -> None:
    """Markers are no part of its first line."""
    assert read_markers(text).answer == answer


@pytest.mark.parametrize("text", ["[[tool:]]", "[[tool:bash {]]", "[[tool:bash {} more]]"])
def test_a_broken_marker_is_an_error(text: str) -> None:
    """A typing mistake in a test must not look like an answer."""
    with pytest.raises(ValueError, match=r".+"):
        read_markers(text)
