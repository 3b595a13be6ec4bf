"""What must follow the commit of a command's transaction."""

from collections.abc import Callable
from typing import assert_never

from gateway.commands.command import (
    Aftermath,
    LookAtClock,
    PauseWork,
    PeopleJoined,
    ReloadFiles,
    SkillsDecided,
    StopTask,
)
from gateway.dispatch import Dispatcher
from gateway.installer import SkillInstaller
from gateway.maintenance import Maintenance
from gateway.schedule.clockwork import Clockwork
from gateway.workshop import Workshop


def follower(
    dispatcher: Dispatcher,
    workshop: Workshop,
    clockwork: Clockwork,
    installer: SkillInstaller,
    maintenance: Maintenance,
) -> Callable[[Aftermath], None]:
    """Return what carries out what a command leaves to do after its commit."""

    def follow(aftermath: Aftermath) -> None:
        match aftermath:
            case StopTask(task_id=task_id):
                dispatcher.cancel(task_id)
            case PauseWork(is_paused=is_paused):
                dispatcher.pause(is_paused=is_paused)
            case ReloadFiles():
                workshop.souls.refresh()
                workshop.skills.refresh()
            case SkillsDecided():
                installer.wakeup.call()
            case LookAtClock(has_run=has_run):
                clockwork.changed(has_run=has_run)
            case PeopleJoined():
                maintenance.wakeup.call()
            case _:
                assert_never(aftermath)

    return follow
