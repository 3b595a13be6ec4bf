"""Secrets that lie in a file of their own, as container platforms mount them."""

from pathlib import Path

from gateway.errors import SettingsError

_MAX_BYTES = 65_536  # far above any token; a wrong path must not read a whole disk image


def read_secret_file(path: Path, *, named_by: str) -> str:
    """Return what the file holds, without white space around it.

    Raises:
        SettingsError: it cannot be read or holds no secret; the line names `named_by`.
    """
    try:
        with path.expanduser().open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        text = content.decode().strip()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise SettingsError([f"{named_by} names {path}: {reason}; correct the path"]) from error
    except UnicodeDecodeError as error:
        problem = f"{named_by} names {path}, which is no text: correct the path"
        raise SettingsError([problem]) from error
    if not text or len(content) > _MAX_BYTES:
        problem = f"{named_by} names {path}, which holds no secret: write only the secret there"
        raise SettingsError([problem])
    return text
