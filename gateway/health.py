"""How the gateway is doing: for probes, for metrics, for people."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.errors import StoreError
from gateway.roster import ChannelHealth, ChannelState, Roster
from gateway.store import statistics
from gateway.store.database import Database
from gateway.store.statistics import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """What a probe is told."""

    channels: Mapping[str, ChannelHealth]
    database_error: str

    @property
    def is_ready(self) -> bool:
        """All channels are connected and the database can be written."""
        connected = all(one.state is ChannelState.CONNECTED for one in self.channels.values())
        return connected and not self.database_error

    def as_json(self) -> dict[str, object]:
        """Return the report for a JSON answer."""
        return {
            "status": "ready" if self.is_ready else "not ready",
            "database": self.database_error or "writable",
            "channels": {
                name: {"state": str(one.state), "reason": one.reason}
                for name, one in self.channels.items()
            },
        }


class Health:
    """Looks at the parts of the gateway when somebody asks."""

    def __init__(self, database: Database, roster: Roster, clock: Clock) -> None:
        self._database = database
        self._roster = roster
        self._clock = clock

    async def report(self) -> HealthReport:
        """Return how the gateway is doing now."""
        now = self._clock.now()
        try:
            await self._database.transact("probe", lambda: statistics.probe(now))
        except StoreError as error:
            return HealthReport(channels=self._roster.health, database_error=str(error))
        return HealthReport(channels=self._roster.health, database_error="")

    async def metrics(self) -> bytes:
        """Return the figures in Prometheus' text format.

        Raises:
            StoreUnavailableError: they cannot be read.
        """
        figures = await self._database.transact("figures", statistics.figures)
        return _exposition(figures, self._roster.health)


def _exposition(figures: Figures, channels: Mapping[str, ChannelHealth]) -> bytes:
    # Imported when a scraper comes: it costs every start time and memory, and few have a scraper.
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415

    registry = CollectorRegistry()
    tasks = Gauge("crewdesk_tasks", "Tasks by status", ["status"], registry=registry)
    for status, count in figures.tasks.items():
        tasks.labels(status).set(count)
    parts = Gauge(
        "crewdesk_outbox_parts", "Outbox parts by state", ["channel", "state"], registry=registry
    )
    for (channel, state), count in figures.outbox.items():
        parts.labels(channel, state).set(count)
    ambiguous = Gauge(
        "crewdesk_ambiguous_sends",
        "Sends whose outcome could not be found out",
        ["channel"],
        registry=registry,
    )
    for channel in channels:
        ambiguous.labels(channel).set(figures.ambiguous.get(channel, 0))
    connected = Gauge(
        "crewdesk_channel_connected",
        "Whether a channel can be used",
        ["channel"],
        registry=registry,
    )
    for name, health in channels.items():
        connected.labels(name).set(health.state is ChannelState.CONNECTED)
    return generate_latest(registry)
