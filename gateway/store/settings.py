"""Scripts over what people change at run time: the pause switch, and counters of tries."""

from gateway.store.statement import Script, Statement, insert

PAUSED = "paused"
ON = "on"
OFF = "off"


def get(name: str) -> Script[str]:
    """Read a setting; empty where it was never set."""
    rows = yield Statement("SELECT value FROM settings WHERE name = :name", {"name": name})
    return rows[0].text("value") if rows else ""


def put(name: str, value: str) -> Script[None]:
    """Set a setting."""
    yield insert(
        "settings",
        {"name": name, "value": value},
        on_conflict="ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )


def hold(name: str) -> Script[str]:
    """Read a setting and keep other transactions from it until the end of this one."""
    rows = yield insert(
        "settings",
        {"name": name, "value": ""},
        on_conflict="ON CONFLICT (name) DO UPDATE SET value = settings.value",
        returning="value",
    )
    return rows[0].text("value")


def is_paused() -> Script[bool]:
    """Tell whether somebody has paused the work."""
    return (yield from get(PAUSED)) == ON


def pause(*, is_paused: bool) -> Script[None]:
    """Pause the work or let it go on; it stays so through restarts."""
    yield from put(PAUSED, ON if is_paused else OFF)


def count_tries(name: str, window: str) -> Script[int]:
    """Return how many tries were counted in this window, and hold the counter.

    A window is any text without spaces, such as an hour; the count of another one is forgotten.
    """
    counted_in, _, count = (yield from hold(name)).partition(" ")
    return int(count) if count and counted_in == window else 0


def add_try(name: str, window: str) -> Script[int]:
    """Count one more try and return how many there are now."""
    tries = (yield from count_tries(name, window)) + 1
    yield from put(name, f"{window} {tries}")
    return tries
