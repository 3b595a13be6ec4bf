"""What skills declare: hosts, settings and secrets, and mistakes in them."""

import pytest

from skills.capabilities import covers, host_of


@pytest.mark.parametrize(
    ("declared", "host"),
    [
        ("example.org", "example.org:443"),
        ("example.org", "example.org:8080"),
        ("example.org:443", "example.org:443"),
        ("*.example.org", "a.b.example.org:443"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("::1:80", "::1:80"),
        ("[::1]", "::1:80"),
    ],
)
def test_a_declared_host_means_itself_or_what_lies_below(declared: str, host: str) -> None:
    """A star stands for names below, a port for that port only."""
    assert covers(declared, host)


@pytest.mark.parametrize(
    ("declared", "host"),
    [
        ("example.org:443", "example.org:80"),
        ("example.org", "a.example.org:443"),
        ("*.example.org", "example.org:443"),
        ("*.example.org:8080", "a.example.org:443"),
        ("example.org", "badexample.org:443"),
        ("*.example.org", "badexample.org:443"),
        ("example.org", "example.org.bad:443"),
    ],
)
def test_a_declared_host_means_no_other(declared: str, host: str) -> None:
    """Neither a name that only ends alike nor another port."""
    assert not covers(declared, host)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Example.org/a", "example.org:443"),
        ("http://127.0.0.1:8888", "127.0.0.1:8888"),
        ("ftp://example.org", ""),
        ("example.org", ""),
        ("http://[::1", ""),
        ("http://example.org:99999", ""),
        ("http://[::1]:80/", "::1:80"),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    """With the port that the scheme implies; what is no web address has none."""
    assert host_of(address) == host
