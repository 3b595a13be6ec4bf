"""Scripts over what people set for themselves: their time zone and their quiet hours."""

from dataclasses import dataclass
from uuid import UUID

from gateway.store.statement import Script, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person has set; empty where the gateway's own choice holds."""

    time_zone: str = ""
    quiet_hours: str = ""


def read(user_id: str) -> Script[Preferences]:
    """Read what a person has set, by the text of their id; nobody has set nothing."""
    try:
        known = UUID(user_id)
    except ValueError:
        return Preferences()
    rows = yield Statement(
        "SELECT time_zone, quiet_hours FROM users WHERE user_id = :user_id", {"user_id": known}
    )
    if not rows:
        return Preferences()
    return Preferences(time_zone=rows[0].text("time_zone"), quiet_hours=rows[0].text("quiet_hours"))


def set_time_zone(user_id: UUID, time_zone: str) -> Script[None]:
    """Set a person's zone; empty for the gateway's."""
    yield Statement(
        "UPDATE users SET time_zone = :time_zone WHERE user_id = :user_id",
        {"time_zone": time_zone, "user_id": user_id},
    )


def set_quiet_hours(user_id: UUID, quiet_hours: str) -> Script[None]:
    """Set a person's quiet hours; empty for none."""
    yield Statement(
        "UPDATE users SET quiet_hours = :quiet_hours WHERE user_id = :user_id",
        {"quiet_hours": quiet_hours, "user_id": user_id},
    )
