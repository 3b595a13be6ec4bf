"""One-time codes."""

from gateway.access import ClaimCode
from gateway.commands.codes import ALPHABET, PAIRING_CHARACTERS, fingerprint, fresh_code, normalised


def test_codes_differ_and_hold_nothing_that_looks_alike() -> None:
    """A thousand codes of eight characters, all different, none with 0, O, 1, I or L."""
    codes = {fresh_code(PAIRING_CHARACTERS) for _ in range(1000)}

    assert len(codes) == 1000
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) == set(ALPHABET)
    assert not set("0O1IL") & set(ALPHABET)


def test_code_is_the_same_however_it_is_typed() -> None:
    """In lower case, with dashes, spaced, as code in Markdown."""
    typed = ("ABCD2345", "abcd-2345", " AbCd 2345 ", "`abcd2345`")

    assert {normalised(text) for text in typed} == {"ABCD2345"}
    assert len({fingerprint(text) for text in typed}) == 1


def test_fingerprint_is_the_sha256_of_the_code() -> None:
    """In hexadecimal, as anybody can compute it."""
    expected = "a00d76646eba91b057841554d5c8334f498dc592ed744bce404f21fe271cd36e"

    assert fingerprint("abcd-2345") == expected


def test_claim_code_is_in_no_log_by_accident() -> None:
    """Only who asks for the code itself gets it."""
    claim = ClaimCode()

    assert claim.code not in repr(claim)
    assert claim.matches(claim.code.lower())
    assert not claim.matches("")
    assert not claim.matches(claim.code[:-1])
