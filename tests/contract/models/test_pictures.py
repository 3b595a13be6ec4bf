"""Pictures reach the model beside the words."""

from dataclasses import replace

import pytest

from tests.contract.models.reading import ASK, Connect, answer_of
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer
from workers.models.pictures import picture_type
from workers.models.protocol import Picture, UserText

PNG = b"\x89PNG\r\n\x1a\n and so on"


async def test_pictures_arrive_byte_for_byte_with_their_words(connect: Connect) -> None:
    """Both APIs carry them in the same turn, in order."""
    pictures = (
        Picture(mime_type="image/png", data=PNG),
        Picture(mime_type="image/jpeg", data=b"\xff\xd8\xff second"),
    )
    asked = UserText(text="What is this?", pictures=pictures)
    async with ModelServer(Reply(text="Two squares.")) as server:
        await answer_of(connect(server), replace(ASK, items=(asked,)))
    assert server.requests[0].parsed.items == (asked,)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", ""),
        (b"%PDF-1.7", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(data: bytes, expected: str) -> None:
    """What a platform or a name says of a file plays no part."""
    assert picture_type(data) == expected
