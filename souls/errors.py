"""What reading a soul may fail with."""


class SoulError(Exception):
    """A soul file has a mistake; the sentence names the key and what was expected."""
