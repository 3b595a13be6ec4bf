"""What people get when the model is slow to answer, down, confused or silent."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.scene import Chat, in_turn, tool_outputs
from tests.doubles.model_reply import Cut, Reply, rate_limited
from workers.models.protocol import ToolCall

DOWN = Reply(status=503, headers={"Retry-After": "3600"}, error_message="closed for the day")

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_model_that_asks_to_wait_is_left_alone_so_long(chat: Chat) -> None:
    """Retry-After is kept to, and then the person gets their answer."""
    chat.scene.book.on("Be patient", in_turn(rate_limited("1"), Reply(text="Thank you.")))
    before = len(chat.requests)
    assert await chat.asks("Be patient") == "Thank you."
    first, second = chat.requests[before:]
    assert second.at - first.at >= 1


async def test_while_the_model_is_down_the_person_is_told_once(chat: Chat) -> None:
    """The task is parked, however often the model is asked in vain, and answered in the end."""
    chat.scene.book.on("Are you", in_turn(DOWN, DOWN, Reply(text="I am back.")))
    notice = await chat.asks("Are you there?")
    assert "cannot be reached" in notice
    await let_an_hour_pass(chat)
    await let_an_hour_pass(chat)
    assert await chat.answers(2) == [notice, "I am back."]


async def test_a_parked_task_waits_as_long_as_the_model_wants(chat: Chat) -> None:
    """It says when it is to be asked again, and until then nobody asks."""
    chat.scene.book.on("Come back", in_turn(DOWN))
    await chat.asks("Come back later")
    ((not_before, reason),) = await parked(chat)
    await chat.asks("/stop")  # or the other tests here would find that something still waits
    wait = datetime.fromisoformat(str(not_before)) - datetime.now(UTC)
    assert timedelta(minutes=59) < wait <= timedelta(minutes=60)
    assert "model unavailable" in str(reason)


async def test_a_model_that_says_nothing_is_asked_again_and_then_reported(chat: Chat) -> None:
    """The person learns that there was no answer."""
    chat.scene.book.on("Say nothing", in_turn(Reply(text="")))
    chat.scene.book.on("Your last answer was empty", in_turn(Reply(text="")))
    assert "The model gave no answer" in await chat.asks("Say nothing")


async def test_a_model_that_goes_in_circles_is_stopped(chat: Chat) -> None:
    """The same call again and again ends the task, and the person learns why."""
    call = ToolCall(call_id="again", name="bash", arguments='{"command":"true"}')
    chat.scene.book.on("Go in circles", in_turn(Reply(tool_calls=(call,))))
    said = await chat.asks("Go in circles")
    assert "going in circles" in said
    assert "bash was called 3 times" in said


async def test_a_stream_of_garbage_is_not_an_answer(chat: Chat) -> None:
    """The model is asked again; nothing of the garbage is shown."""
    garbage = Reply(raw=(b"data: {not json\n\n", b"<html>a proxy's page</html>"))
    chat.scene.book.on("Babble", in_turn(garbage, Reply(text="Sorry, now I am clear.")))
    await chat.asks("Babble")
    await chat.scene.settled()
    assert chat.ever_shown == ["Sorry, now I am clear."]


@pytest.mark.parametrize("cut", Cut)
async def test_a_call_that_was_cut_off_is_never_carried_out(chat: Chat, cut: Cut) -> None:
    """Of a stream that breaks in the middle of a tool's arguments nothing runs."""
    partial = ToolCall(call_id="cut", name="bash", arguments='{"command":"echo ran >> traces"}')
    whole = ToolCall(call_id="whole", name="bash", arguments='{"command":"cat traces; true"}')
    broken = Reply(tool_calls=(partial,), cut=cut, cut_before=4)
    replies = in_turn(broken, Reply(tool_calls=(whole,)), Reply(text="Done."))
    chat.scene.book.on(f"Break off by {cut}", replies)
    assert await chat.asks(f"Break off by {cut}") == "Done."
    (output,) = tool_outputs(chat.requests[-1])
    assert "No such file" in output


async def test_a_call_that_is_no_json_is_sent_back_to_the_model(chat: Chat) -> None:
    """It can mend its call; after too many broken ones the person learns that it cannot."""
    broken = Reply(tool_calls=(ToolCall(call_id="x", name="bash", arguments='{"command": '),))
    chat.scene.book.on("Stammer once", in_turn(broken, Reply(text="Now I can.")))
    assert await chat.asks("Stammer once") == "Now I can."
    assert json.loads(tool_outputs(chat.requests[-1])[0])["ok"] is False
    chat.scene.book.on("Stammer always", in_turn(broken))
    assert "made no sense" in await chat.asks("Stammer always")


async def test_a_tool_that_does_not_exist_is_told_to_the_model(chat: Chat) -> None:
    """It gets an error that it can act on, and answers."""
    said = await chat.asks("Fly [[tool:teleport {}]][[say:I cannot do that.]]")
    assert said == "I cannot do that."
    assert json.loads(tool_outputs(chat.requests[-1])[0])["ok"] is False


async def test_a_refused_request_is_reported_with_its_reason(chat: Chat) -> None:
    """What the provider says is what the person reads."""
    refusal = Reply(status=400, error_code="invalid_prompt", error_message="not on a Sunday")
    chat.scene.book.on("Something forbidden", in_turn(refusal))
    assert "not on a Sunday" in await chat.asks("Something forbidden")


async def parked(chat: Chat) -> list[tuple[object, ...]]:
    """Wait until the chat's task is parked; return until when, and why."""
    return await chat.scene.stored(
        "SELECT not_before, dispatch_reason FROM tasks JOIN conversations USING (conversation_id) "
        "WHERE chat_id = ? AND not_before IS NOT NULL",
        str(chat.id),
    )


async def let_an_hour_pass(chat: Chat) -> None:
    """Make a parked task due, as an hour's wait would."""
    before = len(chat.requests)
    assert await parked(chat)
    await chat.scene.query(
        "UPDATE tasks SET not_before = created_at WHERE conversation_id = "
        "(SELECT conversation_id FROM conversations WHERE chat_id = ?)",
        str(chat.id),
    )
    await chat.scene.model.wait_for_request(before + 1, 30)
