"""The frames of the terminal's WebSocket survive their way, whatever is in them."""

from json import JSONDecodeError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from channels.terminal.frames import (
    Accepted,
    ClientFrame,
    Hello,
    Message,
    Preview,
    Refused,
    Say,
    ServerFrame,
    Shown,
    Typing,
    parse_client_frame,
    parse_server_frame,
)
from channels.text.wellformed import wellformed

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # surrogates too, which str may hold
IDS = st.text(min_size=1, max_size=200)
CLIENT_FRAMES: st.SearchStrategy[ClientFrame] = st.one_of(
    st.builds(Hello, user=st.just("ada"), chat=st.just("项目")),
    st.builds(Say, event_id=st.uuids(), text=ANY_TEXT),
    st.builds(Shown, id=IDS),
)
SERVER_FRAMES: st.SearchStrategy[ServerFrame] = st.one_of(
    st.builds(Accepted, event_id=st.uuids()),
    st.builds(Refused, event_id=st.uuids(), reason=IDS),
    st.builds(Message, id=IDS, text=ANY_TEXT),
    st.builds(Preview, id=IDS, text=ANY_TEXT),
    st.just(Typing()),
)


@given(frame=CLIENT_FRAMES)
def test_client_frame_comes_back_as_it_was(frame: ClientFrame) -> None:
    """What a client writes is what the gateway reads."""
    assert parse_client_frame(frame.model_dump_json()) == frame


@given(frame=SERVER_FRAMES)
def test_server_frame_comes_back_as_it_was(frame: ServerFrame) -> None:
    """What the gateway writes is what a client reads."""
    assert parse_server_frame(frame.model_dump_json()) == frame


@given(text=ANY_TEXT)
def test_text_of_a_frame_is_wellformed(text: str) -> None:
    """Any text can be put into a frame, and comes out storable."""
    assert Message(id="1", text=text).text == wellformed(text)


@given(data=st.text())
def test_anything_else_is_a_value_error(data: str) -> None:
    """Whatever comes in, the reader meets one kind of error."""
    with pytest.raises((JSONDecodeError, ValidationError)) as caught:
        parse_client_frame(data)

    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("name", ["", " ada", "a\nb", "a\x1b[2J", "a\u202eb", "x" * 201])
def test_name_that_could_fool_a_reader_is_refused(name: str) -> None:
    """Names are shown in logs and lists, so they hold nothing that drives a terminal."""
    with pytest.raises(ValidationError):
        Hello(user="ada", chat=name)


def test_error_does_not_repeat_the_text() -> None:
    """A refused frame's text does not end up in a log by way of the error."""
    with pytest.raises(ValueError, match="validation error") as caught:
        parse_client_frame('{"type":"message","event_id":"no","text":"my secret"}')

    assert "secret" not in str(caught.value)
