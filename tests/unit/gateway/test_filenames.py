"""Names of received files are harmless, whatever the sender chose."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.message import AttachmentKind
from gateway.filenames import MAX_NAME_BYTES, safe_mime_type, safe_name

DOCUMENT = AttachmentKind.DOCUMENT


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.txt", "x.txt"),
        ("a\x00b\n.txt", "ab.txt"),
        (".bashrc", "bashrc"),
        ("..", "document"),
        ("-rf", "rf"),
        ("NUL", "_NUL"),
        ("con.txt", "_con.txt"),
        ("what?.md", "what_.md"),
        ("fdp.\u202eexe", "fdp.exe"),
        ("  a   b .txt ", "a b.txt"),
        ("报告.docx", "报告.docx"),
    ],
)
def test_a_name_is_made_harmless(given_name: str, expected: str) -> None:
    """Folders, control characters, leading dots and reserved names are gone; the rest stays."""
    assert safe_name(given_name, DOCUMENT) == expected


def test_a_long_name_keeps_its_suffix_and_whole_characters() -> None:
    """300 Chinese characters are 900 bytes; a file system takes 255."""
    name = safe_name("字" * 300 + ".pdf", DOCUMENT)
    assert name.endswith("字.pdf")
    assert len(name.encode()) <= MAX_NAME_BYTES


@pytest.mark.parametrize(
    ("kind", "mime_type", "expected"),
    [
        (AttachmentKind.PHOTO, "", "photo.jpg"),
        (AttachmentKind.VOICE, "audio/ogg", "voice.ogg"),
        (AttachmentKind.DOCUMENT, "application/pdf", "document.pdf"),
        (AttachmentKind.DOCUMENT, "", "document"),
    ],
)
def test_what_has_no_name_is_called_by_its_kind(
    kind: AttachmentKind, mime_type: str, expected: str
) -> None:
    """The suffix is that of its type."""
    assert safe_name("", kind, mime_type) == expected


@given(st.text(max_size=400), st.sampled_from(AttachmentKind))
def test_any_text_gives_one_path_segment(name: str, kind: AttachmentKind) -> None:
    """Total, short enough, and one step below the folder."""
    safe = safe_name(name, kind)
    assert PurePosixPath(safe).parts == (safe,)
    assert safe not in {"", ".", ".."}
    assert not safe.startswith((".", "-"))
    assert len(safe.encode()) <= MAX_NAME_BYTES
    assert safe.isprintable()


@pytest.mark.parametrize(
    ("given_type", "expected"),
    [
        ("Image/PNG", "image/png"),
        ("text/plain; charset=x", ""),
        ("a" * 200 + "/b", ""),
        ("\x00", ""),
    ],
)
def test_only_a_media_type_is_taken_for_one(given_type: str, expected: str) -> None:
    """It goes into the prompt, so nothing else may come with it."""
    assert safe_mime_type(given_type) == expected
