"""Files that people send reach the Manager, and its files reach them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acceptance.scene import Chat, Scene, opened, tool_outputs
from tests.doubles.model_reply import ParsedRequest, Reply
from tests.doubles.speech_server import SpeechServer
from tests.doubles.telegram_faults import cut_after_applying
from tests.doubles.telegram_files import StoredFile, file_of
from tests.doubles.telegram_world import StoredMessage
from workers.models.protocol import ToolCall, UserText

JPEG = b"\xff\xd8\xff\xe0 a small picture"
OGG = b"OggS somebody speaks"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """Let the model take pictures."""
    return {"CREWDESK_MODEL__TAKES_IMAGES": "true"}


def newest_text(request: ParsedRequest) -> UserText:
    """Return what the person said last, as the model was given it."""
    return next(item for item in reversed(request.items) if isinstance(item, UserText))


def path_in(text: str) -> str:
    """Return the path of the first file that a request names."""
    return next(word for word in text.split() if word.startswith("inbox/"))


def reads_the_file(request: ParsedRequest) -> Reply:
    """Read the file that came, then repeat what stands in it."""
    if outputs := [item.output for item in request.items if hasattr(item, "output")]:
        return Reply(text=f"It says: {outputs[-1]}")
    path = path_in(request.newest_user_text)
    call = ToolCall(call_id="c1", name="read", arguments=f'{{"path": "{path}"}}')
    return Reply(tool_calls=(call,))


def received(scene: Scene) -> list[bytes]:
    """Return the content of all files that lie in workspaces."""
    found = sorted(scene.gateway.data_dir.glob("workspaces/*/inbox/*"))
    return [file.read_bytes() for file in found]


def files_shown(chat: Chat) -> list[StoredFile]:
    """Return the files that the bot sent, in order."""
    world = chat.scene.telegram.world
    return [message.file for message in world.from_bot(chat.id) if message.file is not None]


async def file_came(chat: Chat) -> StoredMessage:
    """Wait until the bot has sent a file, and return that message."""
    await chat.scene.telegram.wait_for(lambda: bool(files_shown(chat)), 30)
    return next(one for one in chat.scene.telegram.world.from_bot(chat.id) if one.file is not None)


async def test_a_document_can_be_read_by_the_manager(chat: Chat) -> None:
    """The request names its path, type and size; `read` shows what is in it."""
    chat.scene.book.on("Please read", reads_the_file)
    file = file_of(b"The heron is grey.", name="bird.txt", mime_type="text/plain")
    await chat.sends(file, "Please read")
    assert await chat.answers() == ["It says: The heron is grey."]
    request = chat.requests[-2].parsed.newest_user_text
    assert request.endswith("-bird.txt (document, text/plain, 18 bytes)")


async def test_a_photo_reaches_the_model_as_a_picture(chat: Chat) -> None:
    """Its bytes stand beside the words, and its path in them."""
    await chat.sends(file_of(JPEG, kind="photo"), "What is this?")
    await chat.answers()
    asked = newest_text(chat.requests[-1].parsed)
    assert [picture.data for picture in asked.pictures] == [JPEG]
    assert path_in(asked.text).endswith("-photo.jpg")


async def test_later_turns_know_what_came(chat: Chat) -> None:
    """What was sent without a word is part of the conversation's history."""
    await chat.sends(file_of(b"x", name="list.txt"))
    await chat.answers()
    await chat.asks("And now?")
    items = chat.requests[-1].parsed.items
    earlier = next(item for item in items if isinstance(item, UserText))
    assert earlier.text.startswith("[attached: inbox/")


async def test_a_file_that_cannot_be_had_is_named_with_the_reason(chat: Chat) -> None:
    """The answer does not wait for what will never come."""
    await chat.sends(file_of(b"x", name="film.mkv", announced=21 * 1024 * 1024), "Watch this")
    await chat.answers()
    said = chat.requests[-1].parsed.newest_user_text
    assert "film.mkv" in said
    assert said.endswith("could not be fetched: Telegram gives bots no files over 20 MB")


async def test_a_name_that_leads_elsewhere_leads_nowhere(chat: Chat) -> None:
    """The file lies in the inbox, under the harmless part of its name."""
    await chat.sends(file_of(b"harmless", name="../../../../etc/cron.d/x\ny"), "Take it")
    await chat.answers()
    assert path_in(chat.requests[-1].parsed.newest_user_text).endswith("-xy")
    assert b"harmless" in received(chat.scene)


async def test_the_manager_sends_a_file_after_its_words(chat: Chat) -> None:
    """The person gets the words, then the file as it was when it was sent."""
    write = '[[tool:write {"path":"out/report.csv","content":"a,b\\n1,2\\n"}]]'
    send = '[[tool:send_file {"path":"out/report.csv","caption":"the *figures*"}]]'
    spoil = '[[tool:write {"path":"out/report.csv","content":"spoilt"}]]'
    await chat.says(f"Make a table {write}{send}{spoil}[[say:Here it is.]]")
    message = await file_came(chat)
    assert chat.texts == ["Here it is.", "the figures"]
    assert message.file is not None
    assert (message.file.name, message.file.data) == ("report.csv", b"a,b\n1,2\n")
    await chat.scene.settled()
    assert len(files_shown(chat)) == 1
    shown = await chat.asks("/why")
    assert "send_file" in shown


@pytest.mark.parametrize("path", ["nothing.txt", "../../crewdesk.db", "inbox", "/etc/passwd"])
async def test_only_files_of_the_workspace_are_sent(chat: Chat, path: str) -> None:
    """The model is told what is wrong, and nothing is sent."""
    await chat.asks(f'Give [[tool:send_file {{"path":"{path}"}}]][[say:I cannot.]]')
    assert '"ok": false' in tool_outputs(chat.requests[-1])[0]
    await chat.scene.settled()
    assert files_shown(chat) == []


async def test_a_file_that_telegram_refuses_is_told(chat: Chat) -> None:
    """The answer spoke of it, so the person must know that it does not come."""
    write = '[[tool:bash {"command":"touch empty.txt"}]]'
    send = '[[tool:send_file {"path":"empty.txt"}]]'
    await chat.says(f"Give me nothing {write}{send}[[say:Here.]]")
    texts = await chat.answers(2)
    assert texts[1].startswith("The file empty.txt could not be sent")


async def test_a_file_whose_confirmation_got_lost_is_not_sent_twice(chat: Chat) -> None:
    """Telegram took it, and nobody was told: it is found by its caption."""
    chat.scene.telegram.fail_next("sendDocument", cut_after_applying())
    write = '[[tool:write {"path":"b.csv","content":"1"}]]'
    send = '[[tool:send_file {"path":"b.csv","caption":"figures"}]]'
    await chat.says(f"Table, please {write}{send}[[say:Here.]]")
    await file_came(chat)
    await chat.scene.settled()
    assert chat.texts == ["Here.", "figures"]
    sql = "SELECT state, is_ambiguous FROM outbox WHERE file_name = 'b.csv'"
    assert await chat.scene.query(sql) == [("sent", 0)]


async def test_a_voice_message_without_transcription_is_a_file(chat: Chat) -> None:
    """A plain sentence says that nobody knows what it says."""
    await chat.sends(file_of(OGG, kind="voice", mime_type="audio/ogg"))
    await chat.answers()
    said = chat.requests[-1].parsed.newest_user_text
    assert path_in(said).endswith("-voice.ogg")
    assert said.endswith("could not be written down: no transcription is set up")


async def test_a_voice_message_becomes_the_request(tmp_path: Path) -> None:
    """Transcribed once, though the model is asked again after a restart."""
    pace = asyncio.Semaphore(0)
    async with SpeechServer("How high is the tower?") as speech:
        told = {
            "CREWDESK_TRANSCRIPTION__BASE_URL": speech.base_url,
            "CREWDESK_TRANSCRIPTION__MODEL": "ears",
        }
        async with opened(tmp_path / "data", told) as scene:
            chat = scene.member()
            scene.book.on("Voice message", lambda _: Reply(text="120 m", pace=pace))
            await chat.sends(file_of(OGG, kind="voice", mime_type="audio/ogg"))
            request = await scene.asked("Voice message, transcribed:\nHow high is the tower?")
            assert "-voice.ogg (voice, audio/ogg, 20 bytes)" in request.parsed.newest_user_text
            await scene.gateway.kill()
            for _ in range(1000):
                pace.release()
            await scene.gateway.start()
            assert await chat.answers() == ["120 m"]
            assert [(one.model, one.data) for one in speech.heard] == [("ears", OGG)]


async def test_a_kill_while_fetching_leaves_no_half_file(tmp_path: Path) -> None:
    """The next start fetches it again; the model sees the whole file, once."""
    async with opened(tmp_path / "data") as scene:
        chat, telegram = scene.member(), scene.telegram
        telegram.goes_on = asyncio.Event()
        await chat.sends(file_of(b"0123456789", name="a.txt"), "Look at it")
        await telegram.wait_for(lambda: bool(telegram.calls_of("download")), 30)
        await scene.gateway.kill()
        assert received(scene) == []
        telegram.goes_on.set()
        await scene.gateway.start()
        await chat.answers()
        assert received(scene) == [b"0123456789"]
        assert list(scene.gateway.data_dir.glob("fetching/*")) == []
        assert "(document, 10 bytes)" in chat.requests[-1].parsed.newest_user_text


async def test_other_messages_do_not_wait_for_a_file(tmp_path: Path) -> None:
    """A download that hangs holds up its own conversation, and that only for a bounded time."""
    async with opened(tmp_path / "data", {"CREWDESK_FILES__WAIT_SECONDS": "1"}) as scene:
        chat, other = scene.member(), scene.member()
        scene.telegram.goes_on = asyncio.Event()
        await chat.sends(file_of(b"0123456789", name="a.txt"), "Slow")
        assert await other.asks("Quick") == "answer to Quick"
        assert await chat.answers() == ["answer to Slow"]
        said = scene.model.requests[-1].parsed.newest_user_text
        assert "a.txt (document, 10 bytes): not here yet; it will be at inbox/" in said
        scene.telegram.goes_on.set()
