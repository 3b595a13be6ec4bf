"""One-time codes: how they are made, read back and kept."""

import hashlib
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what looks alike: 0 and O, 1, I and L
PAIRING_CHARACTERS = 8  # 39 bits
CLAIM_CHARACTERS = 12  # 59 bits: this one makes an admin


def fresh_code(characters: int) -> str:
    """Make a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(characters))


def normalised(text: str) -> str:
    """Return a code as it was made, however somebody typed it: in lower case, spaced, dashed."""
    return "".join(character for character in text.upper() if character.isalnum())


def fingerprint(code: str) -> str:
    """Return the SHA-256 of a code, in hexadecimal, which is all that is stored of it."""
    return hashlib.sha256(normalised(code).encode()).hexdigest()
