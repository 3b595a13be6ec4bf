"""What an adapter makes of a whole answer."""

from datetime import timedelta

from tests.contract.models.reading import (
    ASK,
    CLOCK,
    WEATHER,
    Connect,
    answer_of,
    calls_of,
    read,
    shown,
)
from tests.doubles.model_reply import End, Reply
from tests.doubles.model_server import ModelServer
from workers.models.protocol import (
    AssistantTurn,
    ModelAnswer,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolOutput,
    Usage,
    UserText,
)


async def test_an_answer_comes_last_and_says_what_the_deltas_said(connect: Connect) -> None:
    """Text arrives in several pieces, in order, and then once more as a whole."""
    async with ModelServer(Reply(text="It rains, 20 °C 🌧.\nTake care.")) as server:
        *deltas, answer = await read(connect(server))
    assert len(deltas) > 2
    assert all(isinstance(delta, TextDelta) for delta in deltas)
    assert isinstance(answer, ModelAnswer)
    assert answer.text == shown(deltas) == "It rains, 20 °C 🌧.\nTake care."
    assert answer.model == "test-model"
    assert timedelta(0) < answer.duration < timedelta(seconds=30)


async def test_a_tool_call_is_whole(connect: Connect) -> None:
    """The arguments are the text that the model wrote, byte for byte."""
    async with ModelServer(Reply(tool_calls=(WEATHER,))) as server:
        events = await read(connect(server))
    assert [type(event) for event in events] == [ModelAnswer]
    assert calls_of(events) == (WEATHER,)


async def test_several_tool_calls_keep_their_order_after_the_text(connect: Connect) -> None:
    """Calls that the model makes at once all arrive, with the words before them."""
    async with ModelServer(Reply(text="I look.", tool_calls=(WEATHER, CLOCK))) as server:
        events = await read(connect(server))
    assert shown(events) == "I look."
    assert calls_of(events) == (WEATHER, CLOCK)


async def test_malformed_arguments_are_passed_on_for_the_loop_to_repair(connect: Connect) -> None:
    """An adapter judges no arguments of a finished call."""
    broken = ToolCall(call_id="call_x", name="weather", arguments='{"city": ')
    async with ModelServer(Reply(tool_calls=(broken,))) as server:
        answer = await answer_of(connect(server))
    assert answer.tool_calls == (broken,)


async def test_no_arguments_are_an_empty_object(connect: Connect) -> None:
    """Many servers send nothing at all for a tool without parameters."""
    call = ToolCall(call_id="call_x", name="clock", arguments="")
    async with ModelServer(Reply(tool_calls=(call,))) as server:
        answer = await answer_of(connect(server))
    assert [call.arguments for call in answer.tool_calls] == ["{}"]


async def test_blank_and_repeated_call_ids_become_unique_and_stay_the_same(
    connect: Connect,
) -> None:
    """A replay of the same transcript gives the same ids, another transcript others."""
    blank = ToolCall(call_id="", name="clock", arguments="{}")
    reply = Reply(tool_calls=(blank, blank, CLOCK, CLOCK))
    longer = ModelRequest(instructions="", items=(*ASK.items, UserText(text="again")))
    async with ModelServer(reply, reply, reply) as server:
        model = connect(server)
        first, again = await answer_of(model), await answer_of(model)
        later = await answer_of(model, longer)
    ids = [call.call_id for call in first.tool_calls]
    assert len(set(ids)) == 4
    assert all(ids)
    assert ids == [call.call_id for call in again.tool_calls]
    assert {call.call_id for call in later.tool_calls} & set(ids) == {CLOCK.call_id}


async def test_an_empty_answer_is_an_answer(connect: Connect) -> None:
    """What to do about it is for the loop to say."""
    async with ModelServer(Reply()) as server:
        events = await read(connect(server))
    assert len(events) == 1
    assert shown(events) == ""


async def test_reasoning_is_no_part_of_the_text(connect: Connect) -> None:
    """Only what is meant for a reader is text."""
    async with ModelServer(Reply(reasoning="Hmm, rain?", text="It rains.")) as server:
        events = await read(connect(server))
    assert shown(events) == "It rains."


async def test_usage_counts_cached_tokens(connect: Connect) -> None:
    """The provider's own count arrives."""
    usage = Usage(input_tokens=1200, cached_tokens=1024, output_tokens=33)
    async with ModelServer(Reply(text="hi", usage=usage)) as server:
        answer = await answer_of(connect(server))
    assert answer.usage == usage


async def test_usage_may_be_missing(connect: Connect) -> None:
    """A server that doesn't count is still a server."""
    async with ModelServer(Reply(text="hi", usage=None)) as server:
        answer = await answer_of(connect(server))
    assert answer.usage == Usage()


async def test_an_answer_at_the_output_limit_is_truncated(connect: Connect) -> None:
    """It is an answer, marked, and a call that was cut with it is left out."""
    cut = ToolCall(call_id="call_cut", name="weather", arguments='{"city": "Bei')
    reply = Reply(text="It rai", tool_calls=(WEATHER, cut), end=End.TRUNCATED)
    async with ModelServer(reply) as server:
        answer = await answer_of(connect(server))
    assert answer.is_truncated
    assert answer.text == "It rai"
    assert answer.tool_calls == (WEATHER,)


async def test_the_text_is_well_formed(connect: Connect) -> None:
    """NUL and lone surrogates become U+FFFD; a pair that was cut between two deltas is joined."""
    async with ModelServer(Reply(text="a\x00 b\ud83d c\ud83d \ude00 \ud83d")) as server:
        events = await read(connect(server))
    assert shown(events) == "a\ufffd b\ufffd c\ufffd \ufffd \ufffd"
    answer = events[-1]
    assert isinstance(answer, ModelAnswer)
    assert answer.text == shown(events)


async def test_a_transcript_arrives_as_it_is(connect: Connect) -> None:
    """Both APIs carry every kind of item, and tools, there and back."""
    items = (
        *ASK.items,
        AssistantTurn(text="I look.", tool_calls=(WEATHER, CLOCK)),
        ToolOutput(call_id="call_a1", output="rain"),
        ToolOutput(call_id="call_b2", output=""),
        AssistantTurn(text="It rains."),
        UserText(text="thanks"),
    )
    request = ModelRequest(
        instructions="Be brief.", items=items, tools=ASK.tools, max_output_tokens=77
    )
    async with ModelServer(Reply(text="ok")) as server:
        await read(connect(server), request)
        parsed = server.requests[0].parsed
    assert parsed.items == items
    assert parsed.tools == ASK.tools
    assert (parsed.instructions, parsed.max_output_tokens) == ("Be brief.", 77)


async def test_a_transcript_with_oddities_is_sent_in_a_form_that_servers_take(
    connect: Connect,
) -> None:
    """Broken arguments, an empty turn, NUL and lone surrogates don't make a server refuse."""
    broken = ToolCall(call_id="call_x", name="weather", arguments="{not json \ud800")
    items = (
        UserText(text="a\x00b\ud800"),
        AssistantTurn(text=""),
        AssistantTurn(text="", tool_calls=(broken,)),
        ToolOutput(call_id="call_x", output="bad arguments \udcff"),
    )
    async with ModelServer(Reply(text="ok")) as server:
        await read(connect(server), ModelRequest(instructions="", items=items))
        parsed = server.requests[0].parsed
    assert parsed.items[0] == UserText(text="a\ufffdb\ufffd")
    assert parsed.items[-1] == ToolOutput(call_id="call_x", output="bad arguments \ufffd")
    assert len(parsed.items) == 3
