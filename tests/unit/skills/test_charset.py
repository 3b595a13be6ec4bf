"""Decoding of pages whose encoding is declared, sniffed, wrong or missing."""

import pytest

from skills.charset import decode


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        ("新闻".encode(), "utf-8"),
        ("新闻".encode(), ""),
        ("新闻".encode("gb18030"), "gb2312"),
        ("新闻".encode("gb18030"), ""),
        ("新闻".encode("gb18030"), "utf-8"),
        ("新闻".encode("gb18030"), "no-such-charset"),
        ("新闻".encode("utf-16-le"), '"UTF-16LE"'),
        ("新闻".encode("utf-16"), ""),
        ("新闻".encode("utf-8-sig"), "gbk"),
    ],
)
def test_a_text_is_decoded_as_it_was_meant(body: bytes, declared: str) -> None:
    """A byte order mark wins, then the declaration if it fits, then what fits."""
    assert decode(body, declared) == "新闻"


@pytest.mark.parametrize(
    "head",
    ['<meta charset="{}">', "<meta content='text/html; charset={}'>", '<?xml encoding="{}"?>'],
)
def test_the_document_itself_may_name_its_encoding(head: str) -> None:
    """Without a declared charset the document's own word holds."""
    text = head.format("euc-kr") + "한국어"

    assert decode(text.encode("euc-kr")) == text


def test_a_latin_page_is_read_as_browsers_do() -> None:
    """The label ISO-8859-1 means windows-1252."""
    assert decode("“naïve” €".encode("windows-1252"), "iso-8859-1") == "“naïve” €"


def test_bytes_that_fit_nothing_are_replaced() -> None:
    """Decoding never fails, and a codec that is no text encoding is not used."""
    assert decode(b"ok \xff\xff", "zlib") == "ok \ufffd\ufffd"
