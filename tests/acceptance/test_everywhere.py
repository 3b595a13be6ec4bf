"""The same conversations on every messenger, held with one gateway that is connected to all."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.asking import add_skill, dispatch, is_running, long_answer, release, run
from tests.acceptance.messengers.crowd import Chat, Crowd, opened
from tests.acceptance.messengers.messenger import Post
from tests.acceptance.scene import in_turn, tool_outputs
from tests.doubles.gateway_process import PATIENCE_SECONDS
from tests.doubles.model_reply import Reply
from workers.models.protocol import ToolCall, UserText

QUICK_PREVIEWS = {
    "CREWDESK_DELIVERY__PREVIEW_AFTER_SECONDS": "0.2",
    "CREWDESK_DELIVERY__PREVIEW_INTERVAL_SECONDS": "0.3",
    "CREWDESK_INBOX__BUSY_MODE": "collect",
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Crowd]:
    """Start the one gateway of these tests."""
    data_dir = tmp_path_factory.mktemp("everywhere") / "data"
    add_skill(data_dir, "count_reeds", "    return 'there are 12 reeds'")
    async with opened(data_dir, QUICK_PREVIEWS) as crowd:
        yield crowd


@pytest.fixture(params=["telegram", "slack", "dingtalk"])
def chat(request: pytest.FixtureRequest, crowd: Crowd) -> Chat:
    """Return the chat of somebody who is let in and has not written yet, on each messenger."""
    return crowd.member(request.param)


async def test_a_message_is_answered_once(chat: Chat) -> None:
    """The shortest way through everything."""
    await chat.asks("How are you?")
    await chat.crowd.settled()
    assert chat.texts == ["answer to How are you?"]


async def test_a_tool_is_called(chat: Chat) -> None:
    """`bash` really runs, and what it printed is in the next request."""
    said = await chat.asks('count [[tool:bash {"command":"echo $((6 * 7))"}]][[say:It is done.]]')
    assert said == "It is done."
    assert tool_outputs(chat.crowd.model.requests[-1]) == ["42\n[exit code 0]"]


async def test_a_skill_is_run(chat: Chat) -> None:
    """Its result reaches the model, and only the Manager's words the person."""
    said = await chat.asks(f"Count {run('count_reeds')}[[say:I have counted.]]")
    result = json.loads(tool_outputs(chat.crowd.model.requests[-1])[0])
    assert said == "I have counted."
    assert result["result"] == "there are 12 reeds"


async def test_a_workers_words_reach_nobody(chat: Chat) -> None:
    """Neither a message nor a preview nor an edit shows what a worker wrote."""
    pace, instruction = asyncio.Semaphore(0), f"look for the bird of {chat.messenger.name}"
    chat.crowd.book.on(instruction, lambda _: Reply(text="a grey heron", pace=pace))
    await chat.says(f"Which bird? {dispatch(instruction)}[[say:I have found out.]]")
    await chat.crowd.asked(instruction)
    release(pace, 5)
    await somebody_else_sees_a_preview(chat)  # so this chat would have had one, too
    release(pace)
    await chat.answers()
    await chat.crowd.settled()
    assert chat.texts == ["I have found out."]
    assert not any("heron" in text for text in chat.ever_shown)
    assert any("a grey heron" in output for output in outputs_of(chat, "Which bird?"))


async def test_in_a_group_only_a_mention_is_answered(chat: Chat) -> None:
    """What people say among themselves makes no task and reaches no model."""
    group = chat.crowd.group(chat)
    await group.says(f"Lunch on {chat.messenger.name}?")
    await group.says("what is for lunch?", mentions_bot=True)
    await group.answers()
    await chat.crowd.settled()
    assert group.texts == ["answer to what is for lunch?"]
    heard = [item for request in chat.crowd.model.requests for item in request.parsed.items]
    texts = [item.text for item in heard if isinstance(item, UserText)]
    assert not any(f"Lunch on {chat.messenger.name}" in text for text in texts)


async def test_files_go_both_ways(chat: Chat) -> None:
    """What a person sends lies in the workspace; what the Manager sends reaches the person."""
    name = f"{chat.messenger.name}.txt"
    await chat.messenger.sends(Post(place=chat.place, text="Keep it"), name, b"The heron is grey.")
    await chat.answers()
    request = chat.crowd.model.requests[-1].parsed.newest_user_text
    path = next(word for word in request.split() if word.startswith("inbox/"))
    assert "18 bytes)" in request
    read = f'[[tool:read {{"path":"{path}"}}]]'
    send = f'[[tool:send_file {{"path":"{path}"}}]]'
    await chat.says(f"And back {read}{send}[[say:Here it is.]]")
    await chat.messenger.wait_for(lambda: bool(chat.messenger.files(chat.place)), PATIENCE_SECONDS)
    await chat.crowd.settled()
    ((sent, content),) = chat.messenger.files(chat.place)
    assert (sent.endswith(name), content) == (True, b"The heron is grey.")
    assert "The heron is grey." in tool_outputs(chat.crowd.model.requests[-1])[0]


async def test_a_reminder_reaches_the_chat_unasked(chat: Chat) -> None:
    """Made in the chat, due a moment later, said once."""
    goal = f"Remind me on {chat.messenger.name}"
    chat.crowd.book.on(goal, lambda _: Reply(text="Time for tea!"))
    arguments = json.dumps({"kind": "once", "when": "in 2 seconds", "goal": goal})
    await chat.says(f"Please [[tool:create_schedule {arguments}]][[say:It is set.]]")
    await chat.answers(2)
    await chat.crowd.settled()
    confirmed, reminded = chat.texts
    assert confirmed.startswith("It is set.\n")  # the schedule in plain words follows
    assert reminded == "Time for tea!"


async def test_a_stranger_is_let_in_by_an_admin_with_a_code(chat: Chat) -> None:
    """Before that the model is not asked; afterwards the stranger is answered."""
    name = chat.messenger.name
    stranger, before = chat.crowd.stranger(name), len(chat.crowd.model.requests)
    told = await stranger.asks("Hello, let me in")
    found = re.search(r"/approve (\w{8})", told)
    await chat.crowd.settled()
    assert found is not None
    assert len(chat.crowd.model.requests) == before
    assert "is let in as member" in await chat.crowd.admin(name).asks(f"/approve {found[1]}")
    await stranger.answers(2)
    assert await stranger.asks("Thank you") == "answer to Thank you"


async def test_a_long_answer_comes_in_order_and_whole(chat: Chat) -> None:
    """20,000 characters with code: no line lost, repeated or out of place, no limit passed."""
    code = [f"value_{number:03} = 'row {number:03} of the table'" for number in range(400)]
    wish = f"Show the long table on {chat.messenger.name}"
    chat.crowd.book.on(wish, lambda _: Reply(text=long_answer(code)))
    await chat.says(wish)
    await chat.shows(lambda texts: bool(texts) and "The end." in texts[-1])
    await chat.crowd.settled()
    lines = [line.strip() for text in chat.texts for line in text.splitlines()]
    words = [word for text in chat.texts for word in text.split()]
    assert [line for line in lines if line.startswith("value_")] == code
    assert [word for word in words if word.startswith("§")] == [f"§{n}" for n in range(8)]


async def test_an_answer_grows_before_ones_eyes_and_ends_as_one_message(chat: Chat) -> None:
    """A slow model's words show as a preview, which then becomes the answer."""
    pace = asyncio.Semaphore(0)
    words = " ".join(f"word{number}" for number in range(40))
    wish, group = f"Speak slowly on {chat.messenger.name}", chat.crowd.group(chat)
    chat.crowd.book.on(wish, lambda _: Reply(text=words, pace=pace))
    await group.says(wish, mentions_bot=True)
    release(pace, 20)
    await group.messenger.wait_for(
        lambda: any("word0" in text for text in group.texts), PATIENCE_SECONDS
    )
    (preview,) = group.texts
    release(pace)
    await group.shows(lambda texts: texts == [words])
    await chat.crowd.settled()
    assert preview != words
    assert words.startswith(preview.removesuffix(" …"))
    assert group.texts == [words]


async def test_an_answer_comes_below_the_question_before_it(chat: Chat) -> None:
    """What was shown before the question stays where it is, and no longer looks as if it grew."""
    pace = asyncio.Semaphore(0)
    words = " ".join(f"thought{number}" for number in range(40))
    call = ToolCall(call_id="q", name="ask_user", arguments='{"question":"Which colour?"}')
    asking = Reply(text=words, tool_calls=(call,), pace=pace)
    wish = f"Paint the door on {chat.messenger.name}"
    chat.crowd.book.on(wish, in_turn(asking, Reply(text="Painted.")))
    await chat.says(wish)
    release(pace, 20)
    await chat.messenger.wait_for(
        lambda: any("thought0" in text for text in chat.texts), PATIENCE_SECONDS
    )
    release(pace)
    await chat.shows(lambda texts: texts == [words, "Which colour?"])
    await chat.says("red")
    await chat.shows(lambda texts: "Painted." in texts)
    await chat.crowd.settled()
    assert chat.texts == [words, "Which colour?", "Painted."]


async def test_stop_ends_the_command_that_runs(chat: Chat) -> None:
    """The answer comes at once, and the command's process is gone."""
    command = f"sleep 600.{['telegram', 'slack', 'dingtalk'].index(chat.messenger.name)}77"
    await chat.says(f'[[tool:bash {{"command":"{command}"}}]]')
    await chat.crowd.gateway.eventually(lambda: is_running(command), "the command runs")
    began = time.monotonic()
    assert (await chat.asks("/stop")).startswith("Stopped (1):")
    await chat.crowd.gateway.eventually(lambda: not is_running(command), "it is gone", 5)
    assert time.monotonic() - began < 5  # seconds; a tenth of one where the machine is idle
    await chat.crowd.settled()
    assert len(chat.texts) == 1


async def test_a_question_is_answered_by_its_button(chat: Chat) -> None:
    """The options are buttons, and a press goes on with the same task."""
    question = '[[tool:ask_user {"question":"Which colour?","options":["red","blue"]}]]'
    assert "Which colour?" in await chat.asks(f"Paint it {question}[[say:Painted.]]")
    (asked,) = chat.messenger.shown(chat.place)
    assert asked.options == ("red", "blue")
    await chat.chooses("blue")
    await chat.shows(lambda texts: texts[-1] == "Painted.")
    await chat.crowd.settled()
    assert len(chat.texts) == 2
    assert tool_outputs(chat.crowd.model.requests[-1]) == ["blue"]


async def test_accounts_of_one_person_are_joined(crowd: Crowd) -> None:
    """Notes of both are one list then, and each answer goes where the question came from."""
    here, there = crowd.member("telegram"), crowd.member("slack")
    for chat, note in ((here, "milk"), (there, "bread")):
        await chat.asks(f"Note it {run('notes', action='add', text=note)}[[say:Noted.]]")
    found = re.search(r"/link (\w{8})", await here.asks("/link"))
    assert found is not None
    assert "here too" in await there.asks(f"/link {found[1]}")
    await crowd.gateway.eventually(lambda: one_has_state(crowd), "what was noted is moved")

    assert await there.asks(f"What? {run('notes', action='list')}[[say:Both.]]") == "Both."
    await crowd.settled()

    (listed,) = tool_outputs(crowd.model.requests[-1])
    assert "milk" in listed
    assert "bread" in listed
    assert here.texts[-1].count("Both.") == 0


def one_has_state(crowd: Crowd) -> bool:
    """Tell whether skills keep something for one person only."""
    return len(list(crowd.gateway.data_dir.glob("skill-state/*/notes"))) == 1


async def somebody_else_sees_a_preview(chat: Chat) -> None:
    """Let a member of the same messenger ask now for an answer that grows, and wait for it."""
    other, pace = chat.crowd.member(chat.messenger.name), asyncio.Semaphore(0)
    wish = f"Speak meanwhile on {chat.messenger.name}"
    chat.crowd.book.on(wish, lambda _: Reply(text="many words " * 20, pace=pace))
    await other.says(wish)
    release(pace, 10)
    await other.messenger.wait_for(lambda: any(other.ever_shown), PATIENCE_SECONDS)
    release(pace)
    await other.answers()


def outputs_of(chat: Chat, beginning: str) -> list[str]:
    """Return what tools gave back in the turn whose words begin so, over all its requests."""
    return [
        output
        for request in chat.crowd.model.requests
        if request.parsed.newest_user_text.startswith(beginning)
        for output in tool_outputs(request)
    ]
