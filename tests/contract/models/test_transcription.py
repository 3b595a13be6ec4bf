"""Spoken words become text through any server that speaks the API."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.doubles.speech_server import SpeechServer
from workers.models.errors import ModelRejected, ModelUnavailable
from workers.models.transcription import SpeechModel, transcribe


def model_at(server: SpeechServer, timeout: timedelta = timedelta(seconds=20)) -> SpeechModel:
    """Return the model that the server pretends to have."""
    return SpeechModel(name="ears", api_key="k", base_url=server.base_url, timeout=timeout)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a sound file."""
    file = tmp_path / "voice.ogg"
    file.write_bytes(b"OggS spoken")
    return file


async def test_the_file_goes_out_and_its_words_come_back(sound: Path) -> None:
    """Name, bytes, model and key arrive as they were; blanks around the words are dropped."""
    async with SpeechServer(" hello there\n") as server:
        assert await transcribe(model_at(server), sound) == "hello there"
    (heard,) = server.heard
    assert (heard.model, heard.name, heard.data) == ("ears", "voice.ogg", b"OggS spoken")
    assert heard.authorization == "Bearer k"


async def test_a_server_in_trouble_is_asked_once(sound: Path) -> None:
    """The caller decides what follows, so the client does not try again by itself."""
    async with SpeechServer(status=503) as server:
        with pytest.raises(ModelUnavailable):
            await transcribe(model_at(server), sound)
    assert len(server.heard) == 1


async def test_a_refusal_is_told_apart(sound: Path) -> None:
    """A sound that the server does not take is no passing trouble."""
    async with SpeechServer(status=415) as server:
        with pytest.raises(ModelRejected, match="415"):
            await transcribe(model_at(server), sound)


@pytest.mark.parametrize("body", ["no json", "[]", '{"text": 7}', "{}"])
async def test_an_answer_of_another_shape_is_a_trouble(sound: Path, body: str) -> None:
    """Whatever a server sends, it ends as one of our errors."""
    async with SpeechServer(body=body) as server:
        with pytest.raises(ModelUnavailable):
            await transcribe(model_at(server), sound)


async def test_nobody_there_is_a_passing_trouble(sound: Path) -> None:
    """A refused connection is told as such."""
    async with SpeechServer() as server:
        model = model_at(server)
    with pytest.raises(ModelUnavailable):
        await transcribe(model, sound)


async def test_a_server_that_says_nothing_is_left(sound: Path) -> None:
    """The time is for the whole call."""
    async with SpeechServer(is_silent=True) as server:
        with pytest.raises(ModelUnavailable, match=r"0\.1 s"):
            await transcribe(model_at(server, timedelta(seconds=0.1)), sound)
