"""How frames of a Stream connection are read and answered; the shapes are DingTalk's own."""

import json

import pytest

from channels.dingtalk.frames import (
    MESSAGES_TOPIC,
    Frame,
    FrameError,
    FrameKind,
    acknowledgement,
    read_frame,
)


def frame(kind: str, topic: str, data: object) -> str:
    """Return a frame as DingTalk sends it."""
    headers = {
        "messageId": "f1",
        "topic": topic,
        "time": "1790000000000",
        "contentType": "application/json",
    }
    return json.dumps(
        {"specVersion": "1.0", "type": kind, "headers": headers, "data": json.dumps(data)}
    )


@pytest.mark.parametrize(
    ("kind", "topic", "expected"),
    [
        ("CALLBACK", MESSAGES_TOPIC, FrameKind.MESSAGE),
        ("CALLBACK", "/v1.0/card/instances/callback", FrameKind.OTHER),
        ("SYSTEM", "ping", FrameKind.SYSTEM),
        ("SYSTEM", "CONNECTED", FrameKind.SYSTEM),
        ("SYSTEM", "disconnect", FrameKind.DISCONNECT),
        ("EVENT", "*", FrameKind.OTHER),
    ],
)
def test_each_kind_is_told_apart(kind: str, topic: str, expected: FrameKind) -> None:
    """By its type and its topic."""
    assert read_frame(frame(kind, topic, {"a": 1})).kind is expected


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type":"SYSTEM","headers":{"time":"noon"}}'])
def test_what_is_no_frame_is_refused(text: str) -> None:
    """Whatever comes, there is one error for it."""
    with pytest.raises(FrameError):
        read_frame(text)


def test_a_ping_gets_its_data_back() -> None:
    """So does DingTalk know that the answer belongs to it."""
    answer = json.loads(acknowledgement(read_frame(frame("SYSTEM", "ping", {"opaque": "42"}))))
    assert answer["code"] == 200
    assert answer["headers"]["messageId"] == "f1"
    assert json.loads(answer["data"]) == {"opaque": "42"}


def test_a_message_is_acknowledged_and_an_unknown_frame_is_not() -> None:
    """What nobody asked for is answered as not implemented."""
    message = Frame(kind=FrameKind.MESSAGE, message_id="f1", data={})
    other = Frame(kind=FrameKind.OTHER, message_id="f2", data={})
    assert json.loads(acknowledgement(message))["code"] == 200
    assert json.loads(acknowledgement(other))["code"] == 404
