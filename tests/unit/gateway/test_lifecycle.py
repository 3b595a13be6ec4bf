"""The life of a task is one table, and nothing else decides."""

import pytest

from gateway.lifecycle import (
    TERMINAL,
    TRANSITIONS,
    WAITING,
    IllegalTransitionError,
    TaskStatus,
    check_transition,
    sources,
)

EVERY_STEP = [(before, after) for before in TaskStatus for after in TaskStatus]


def test_every_status_is_in_the_table() -> None:
    """A new status cannot be forgotten."""
    assert set(TRANSITIONS) == set(TaskStatus)


def test_tasks_end_completed_failed_or_cancelled() -> None:
    """Nothing leads out of these, and something leads out of all others."""
    assert {TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED} == TERMINAL


@pytest.mark.parametrize(("before", "after"), EVERY_STEP)
def test_step_is_refused_unless_the_table_has_it(before: TaskStatus, after: TaskStatus) -> None:
    """The check agrees with the table for each pair, and its error carries the pair."""
    if after in TRANSITIONS[before]:
        check_transition(before, after)
        return

    with pytest.raises(IllegalTransitionError, match=f"{before} cannot become {after}") as caught:
        check_transition(before, after)

    assert (caught.value.before, caught.value.after) == (before, after)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_nothing_leads_out_of_an_end(status: TaskStatus) -> None:
    """There is exactly one terminal transition."""
    assert not TRANSITIONS[status]


def test_only_what_was_pending_runs() -> None:
    """A waiting task is claimed like all others, after it was put back in its lane."""
    assert sources(TaskStatus.RUNNING) == (TaskStatus.PENDING,)


def test_only_what_runs_or_is_collected_completes() -> None:
    """Nobody completes a task without holding it, or the task that answers it too."""
    assert sources(TaskStatus.COMPLETED) == (TaskStatus.PENDING, TaskStatus.RUNNING)


@pytest.mark.parametrize("status", sorted(set(TaskStatus) - TERMINAL))
def test_every_open_task_can_be_cancelled_and_can_fail(status: TaskStatus) -> None:
    """Nothing can get stuck where a person cannot end it."""
    assert {TaskStatus.CANCELLED, TaskStatus.FAILED} <= TRANSITIONS[status]


@pytest.mark.parametrize("status", sorted(WAITING))
def test_waiting_tasks_go_back_to_their_lane(status: TaskStatus) -> None:
    """An answer makes the task claimable again."""
    check_transition(status, TaskStatus.PENDING)
