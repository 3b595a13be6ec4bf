"""Conversations: groups, topics, edits, odd texts, and what steers them."""

import pytest

from tests.acceptance.scene import Chat, Scene, tool_outputs
from workers.models.protocol import AssistantTurn, UserText

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_in_a_group_only_a_mention_is_answered(scene: Scene, chat: Chat) -> None:
    """What people say among themselves makes no task; the answer replies to who asked."""
    group = scene.group(chat)
    await group.says("Lunch?")
    asked = await group.says("what is for lunch?", mentions_bot=True)
    await group.answers()
    await scene.settled()
    (answer,) = scene.telegram.world.from_bot(group.id)
    assert answer.text == "answer to what is for lunch?"
    assert answer.reply_to == asked.id
    assert not any("Lunch?" in heard for heard in said_to_model(chat))


async def test_in_a_group_a_reply_to_the_bot_is_answered(scene: Scene, chat: Chat) -> None:
    """A reply needs no mention; a reply to somebody else does."""
    group = scene.group(chat)
    asked = await group.says("hello", mentions_bot=True)
    await group.answers()
    (answer,) = scene.telegram.world.from_bot(group.id)
    await group.says("not for the bot", reply_to=asked.id)
    await group.says("and now?", reply_to=answer.id)
    await group.answers(2)
    await scene.settled()
    first, second = group.texts
    assert first == "answer to hello"
    assert second.startswith("answer to")
    assert not any("not for the bot" in heard for heard in said_to_model(chat))


async def test_topics_are_conversations_of_their_own(scene: Scene, chat: Chat) -> None:
    """Each answer stays in its topic, and no topic knows what another one holds."""
    group = scene.group(chat)
    await group.says("the red secret", mentions_bot=True, thread_id=71)
    await group.answers()
    await group.says("anything else?", mentions_bot=True, thread_id=72)
    await group.answers(2)
    answers = scene.telegram.world.from_bot(group.id)
    assert [answer.thread_id for answer in answers] == [71, 72]
    assert said_to_model(chat) == ["anything else?"]


async def test_what_was_said_before_is_known(chat: Chat) -> None:
    """The model sees the conversation so far, in order."""
    await chat.asks("My bird is a heron")
    await chat.asks("What is my bird?")
    assert said_to_model(chat) == [
        "My bird is a heron",
        "answer to My bird is a heron",
        "What is my bird?",
    ]


async def test_new_begins_a_conversation_that_knows_nothing(chat: Chat) -> None:
    """After /new the model sees only what came after it."""
    await chat.asks("My bird is a heron")
    assert "fresh conversation" in await chat.asks("/new")
    await chat.asks("What is my bird?")
    assert said_to_model(chat) == ["What is my bird?"]


async def test_an_edit_makes_no_second_answer(chat: Chat) -> None:
    """What was changed afterwards was answered before."""
    message = await chat.says("What is tow plus two?")
    await chat.answers()
    await chat.scene.telegram.user_edits(message, "What is two plus two?")
    await chat.asks("And then?")
    await chat.scene.settled()
    assert chat.texts == ["answer to What is tow plus two?", "answer to And then?"]


async def test_a_message_that_is_delivered_again_makes_no_second_task(chat: Chat) -> None:
    """Telegram sends again what it thinks was not received."""
    message = await chat.says("Only once")
    await chat.answers()
    before = len(chat.requests)
    await chat.scene.telegram.queue_update({"message": message.as_json()})
    await chat.asks("And now this")
    await chat.scene.settled()
    assert chat.texts == ["answer to Only once", "answer to And now this"]
    assert len(chat.requests) == before + 1


async def test_a_question_is_answered_by_its_button(chat: Chat) -> None:
    """The options are buttons, so the text need not list them."""
    question = '[[tool:ask_user {"question":"Which colour?","options":["red","blue"]}]]'
    assert await chat.asks(f"Paint it {question}[[say:Painted.]]") == "Which colour?"
    (asked,) = chat.scene.telegram.world.from_bot(chat.id)
    assert asked.labels == ["red", "blue"]
    await chat.scene.telegram.user_presses(asked, "blue", chat.user)
    await chat.answers(2)
    await chat.scene.settled()
    assert chat.texts == ["Which colour?", "Painted."]
    assert tool_outputs(chat.requests[-1]) == ["blue"]
    assert asked.labels == ["✓ blue"]


async def test_a_question_is_answered_by_the_next_message(chat: Chat) -> None:
    """The number of an option stands for it, and the same task goes on."""
    question = '[[tool:ask_user {"question":"Which colour?","options":["red","blue"]}]]'
    asked = await chat.asks(f"Paint it {question}[[say:Painted.]]")
    assert "Which colour?" in asked
    assert await chat.asks("2") == "Painted."
    assert tool_outputs(chat.requests[-1]) == ["blue"]
    await chat.scene.settled()
    assert await tasks_of(chat) == [("completed",)]


async def test_commands_answer_in_the_persons_language(scene: Scene) -> None:
    """For somebody whose app is Chinese, help is Chinese; the model is not asked."""
    before = len(scene.model.requests)
    helped = await scene.member(language="zh-hans").asks("/help")
    assert "需要什么，直接用你自己的话告诉我" in helped
    assert len(scene.model.requests) == before


async def test_a_stranger_is_let_in_by_an_admin_with_a_code(scene: Scene) -> None:
    """Before that there is no task and no model call; afterwards they are answered."""
    stranger = scene.stranger()
    before = len(scene.model.requests)
    words = (await stranger.asks("Hello, let me in")).split()
    code = words[words.index("/approve") + 1].rstrip(".")
    await scene.settled()
    assert len(scene.model.requests) == before
    assert await tasks_of(stranger) == []
    assert "is let in as member" in await scene.admin().asks(f"/approve {code}")
    await stranger.answers(2)
    assert await stranger.asks("Thank you") == "answer to Thank you"


async def test_a_wrong_code_lets_nobody_in(scene: Scene) -> None:
    """The stranger stays one."""
    stranger = scene.stranger()
    await stranger.asks("Hello")
    assert "Nobody waits with this code" in await scene.admin().asks("/approve AAAABBBB")
    await stranger.asks("Am I in?")
    await scene.settled()
    assert await tasks_of(stranger) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("before\x00after", id="NUL"),
        pytest.param("half a pair: \ud83d", id="unpaired surrogate"),
        pytest.param("\u202eשלום עולם", id="right to left"),
        pytest.param("e\u0301" * 100 + "👩‍👩‍👧‍👦", id="combining characters"),
        pytest.param("[unclosed](http://x *bold _it `code", id="broken markup"),
    ],
)
async def test_odd_texts_are_answered(chat: Chat, text: str) -> None:
    """Whatever a chat may carry makes one task with one answer, and the next message too."""
    assert (await chat.asks(text)).startswith("answer to")
    assert await chat.asks("still there?") == "answer to still there?"
    await chat.scene.settled()
    assert len(chat.texts) == 2


def said_to_model(chat: Chat) -> list[str]:
    """Return what was said in a conversation, as the newest request shows it to the model."""
    items = chat.requests[-1].parsed.items
    return [item.text for item in items if isinstance(item, UserText | AssistantTurn)]


async def tasks_of(chat: Chat) -> list[tuple[object, ...]]:
    """Return the status of each task that a chat has made."""
    return await chat.scene.query(
        "SELECT status FROM tasks JOIN conversations USING (conversation_id) WHERE chat_id = ?",
        str(chat.id),
    )
