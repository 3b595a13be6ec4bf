"""`crewdesk`: the commands, their options, and their exit codes.

What only one command needs and is slow to import, that command imports: `up` shall start soon.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import read_settings
from gateway.cli import archive, initialise, schedules, screen, task, tasks, up
from gateway.cli.invocation import PROGRAM, Invocation
from gateway.cli.outcome import CommandFailed, ExitCode
from gateway.cli.skill import skill_commands
from gateway.clock import SystemClock
from gateway.config import LogSettings, Settings
from gateway.config.sections import LogLevel
from gateway.errors import SettingsError, StartupError, StoreError
from gateway.lifecycle import TaskStatus
from gateway.logs import configure
from gateway.store.history import TaskRecord

READ_STDIN = "-"
ABOUT = "Crewdesk: a chat-bot gateway that keeps its promises."
# \b keeps the lines of a paragraph as they are.
EPILOG = """\b
Exit codes:
  0    done
  1    refused, failed, or not found
  2    wrong usage or settings, or the gateway cannot start
  3    no gateway is running here
  130  interrupted

\b
Settings come from crewdesk.yaml in the data directory (CREWDESK_DATA_DIR, ./data by default)
and from CREWDESK_… variables, which win. `crewdesk init` writes a commented crewdesk.yaml.
"""


def main() -> None:
    """Run the command line; an expected failure is one line on standard error.

    Typer itself ends with 2 after wrong usage and with 130 after Ctrl-C.
    """
    try:
        command_line()()
    except CommandFailed as error:
        screen.complain(str(error))
        sys.exit(error.code)
    except SettingsError as error:
        for problem in error.problems:
            screen.complain(problem)
        sys.exit(ExitCode.UNUSABLE)
    except StartupError as error:
        screen.complain(str(error))
        sys.exit(ExitCode.UNUSABLE)
    except StoreError as error:
        screen.complain(str(error))
        sys.exit(ExitCode.FAILED)


def command_line() -> typer.Typer:
    """Put the commands together."""
    cli = typer.Typer(
        name=PROGRAM,
        help=ABOUT,
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    cli.callback()(_root)
    cli.command("up")(_up)
    cli.command("chat")(_chat)
    cli.command("tasks")(_tasks)
    cli.command("task")(_task)
    cli.add_typer(_schedule_commands(), name="schedule")
    cli.command("doctor")(_doctor)
    cli.command("init")(_init)
    cli.add_typer(skill_commands(), name="skill")
    return cli


def _schedule_commands() -> typer.Typer:
    group = typer.Typer(
        help="Show schedules: list, show ID, preview ID, why ID.", no_args_is_help=True
    )
    group.command("list")(_schedule_list)
    group.command("show")(_schedule_show)
    group.command("preview")(_schedule_preview)
    group.command("why")(_schedule_why)
    return group


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it like this
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - see above

        typer.echo(version(PROGRAM))
        raise typer.Exit


def _root(
    *,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    del show_version  # its callback has done all there is to do


def _up() -> None:
    """Run the gateway until it is stopped.

    Ctrl-C or SIGTERM lets running tasks end first; a second one ends it at once. Nothing that was
    accepted is lost either way. The log goes to standard error.
    """
    up.run_gateway(read_settings(os.environ), _invocation())


def _chat(
    text: Annotated[
        str | None, typer.Argument(help="One message; `-` reads it from standard input.")
    ] = None,
    name: Annotated[
        str,
        typer.Option("--as", metavar="NAME", help="A conversation of its own, apart from others."),
    ] = "",
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="How long to wait for one answer.")
    ] = 300.0,
) -> None:
    """Talk to the gateway that is running here.

    With TEXT: send it, print the whole answer (or the question that the bot asks back), and exit.
    Standard output then holds the answer alone. Without TEXT: a conversation, until Ctrl-D.
    """
    from gateway.cli import chat  # noqa: PLC0415 - see above; it shows Markdown

    settings = _settings()
    if text is None:
        asyncio.run(chat.converse(settings, name))
        return
    message = sys.stdin.read() if text == READ_STDIN else text
    code = asyncio.run(chat.say_once(settings, message, name, timeout))
    raise typer.Exit(code)


def _tasks(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All that are stored, not only the newest ones.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = 20,
    status: Annotated[TaskStatus | None, typer.Option(help="Only those that stand there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines, with whole ids.")] = False,
) -> None:
    """List tasks, newest first.

    Every message, cron tick and heartbeat is a task, small talk too. A star marks those that used
    a tool, a worker or a schedule: the ones that `/tasks` shows in a chat. What one did, step by
    step, is shown by `crewdesk task ID`.
    """
    settings = _settings()
    listed = asyncio.run(_read_tasks(settings, status, None if everything else limit))
    if as_json:
        typer.echo(tasks.as_json(listed))
    else:
        screen.show(tasks.table(listed, SystemClock().now()))


def _task(
    task_id: Annotated[
        str, typer.Argument(metavar="ID", help="The id, or its first four digits or more.")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines, with all texts.")] = False,
) -> None:
    """Show what happened to a task, step by step.

    Its acceptance, each attempt, model call and tool call, the jobs of its workers, and each
    message that was sent, with the seconds since it was accepted.
    """
    record = asyncio.run(_read_task(_settings(), task_id))
    if as_json:
        typer.echo(task.as_json(record))
    else:
        screen.show(task.page(record))


ScheduleId = Annotated[
    str, typer.Argument(metavar="ID", help="The id, or its first four digits or more.")
]


def _schedule_list() -> None:
    """List everybody's schedules that have not ended: when each is due next."""
    screen.show(schedules.table(asyncio.run(_read_schedules(_settings()))))


def _schedule_show(schedule_id: ScheduleId) -> None:
    """Show one schedule."""
    screen.show(schedules.page(asyncio.run(_read_schedule(_settings(), schedule_id))))


def _schedule_preview(schedule_id: ScheduleId) -> None:
    """Show when it is due next, and what its runs of the last month cost."""
    record = asyncio.run(_read_schedule(_settings(), schedule_id))
    screen.show(schedules.preview(record, SystemClock().now()))


def _schedule_why(schedule_id: ScheduleId) -> None:
    """Say for each due instant of the last days what happened."""
    screen.show(schedules.why(asyncio.run(_read_schedule(_settings(), schedule_id))))


def _doctor() -> None:
    """Check what the gateway needs, and say what to do.

    One line a check: ok, warn or fail. Asks the model and each messenger once. Harmless beside a
    running gateway.
    """
    from gateway.cli.doctor import examine  # noqa: PLC0415 - see above

    raise typer.Exit(asyncio.run(examine(os.environ)))


def _init() -> None:
    """Make the data directory with a commented crewdesk.yaml.

    A file that is there already stays as it is.
    """
    made = initialise.make_data_directory(read_settings(os.environ).data_dir)
    screen.show(initialise.next_steps(made, _invocation()))


async def _read_tasks(
    settings: Settings, status: TaskStatus | None, most: int | None
) -> tasks.TaskList:
    async with archive.opened(settings) as database:
        return await tasks.read_tasks(database, status, most)


async def _read_task(settings: Settings, task_id: str) -> TaskRecord:
    async with archive.opened(settings) as database:
        return await task.read_task(database, task_id)


async def _read_schedules(settings: Settings) -> schedules.ScheduleList:
    async with archive.opened(settings) as database:
        return await schedules.read_schedules(database)


async def _read_schedule(settings: Settings, schedule_id: str) -> schedules.ScheduleRecord:
    async with archive.opened(settings) as database:
        return await schedules.read_schedule(database, schedule_id, SystemClock().now())


def _settings() -> Settings:
    """Read the settings for a short command, whose standard error is for its own words."""
    settings = read_settings(os.environ)
    configure(LogSettings(level=LogLevel.ERROR), secrets=settings.secret_values)
    return settings


def _invocation() -> Invocation:
    return Invocation(
        script=Path(sys.argv[0]),
        python=Path(sys.executable),
        directory=Path.cwd(),
        environ=os.environ,
    )
