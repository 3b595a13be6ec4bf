"""When a worker is given no work."""

from dataclasses import replace
from datetime import timedelta

from gateway.worker_health import FAILURES_IN_A_ROW, REST, WorkerHealth
from tests.doubles.clock import ManualClock
from tests.unit.workers.agent.scene import SOUL

NO_KEY = "no key"


def well(name: str) -> str:
    """Find nothing wrong with any model but the one that is named for it."""
    return NO_KEY if name == "keyless" else ""


def failing(clock: ManualClock, times: int) -> WorkerHealth:
    """Return what is known after a worker failed so often."""
    health = WorkerHealth(clock, well)
    for number in range(times):
        health.failed(SOUL.name, f"reason {number}")
    return health


def test_worker_is_well_to_begin_with() -> None:
    """Nothing is known against it."""
    assert WorkerHealth(ManualClock(), well).trouble(SOUL) == ""


def test_worker_whose_model_cannot_be_called_is_not_well() -> None:
    """Without a key every call would be refused."""
    health = WorkerHealth(ManualClock(), well)

    assert health.trouble(replace(SOUL, model="keyless")) == NO_KEY


def test_worker_that_fails_again_and_again_is_not_well() -> None:
    """A failure or two may be the work's own fault; the reason of the newest is told."""
    clock = ManualClock()

    assert failing(clock, FAILURES_IN_A_ROW - 1).trouble(SOUL) == ""
    assert "reason 2" in failing(clock, FAILURES_IN_A_ROW).trouble(SOUL)


def test_worker_is_tried_again_after_a_rest() -> None:
    """Whatever kept it from its work may be over; one more failure, and it rests again."""
    clock = ManualClock()
    health = failing(clock, FAILURES_IN_A_ROW)

    clock.advance(REST - timedelta(seconds=1))
    assert health.trouble(SOUL)
    clock.advance(timedelta(seconds=1))
    assert health.trouble(SOUL) == ""

    health.failed(SOUL.name, "still broken")
    assert "still broken" in health.trouble(SOUL)


def test_one_success_makes_a_worker_well() -> None:
    """Failures count in a row."""
    health = failing(ManualClock(), FAILURES_IN_A_ROW)

    health.succeeded(SOUL.name)

    assert health.trouble(SOUL) == ""
    health.failed(SOUL.name, "once")
    assert health.trouble(SOUL) == ""


def test_workers_do_not_answer_for_each_other() -> None:
    """Only the one that failed rests."""
    health = failing(ManualClock(), FAILURES_IN_A_ROW)

    assert health.trouble(replace(SOUL, name="another")) == ""
