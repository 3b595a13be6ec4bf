"""`crewdesk doctor`: looks at everything that the gateway needs."""

import asyncio
from collections.abc import Mapping

from gateway.app import messengers, read_settings
from gateway.cli import screen
from gateway.cli.checks.files import check_skills, check_souls
from gateway.cli.checks.finding import Finding, Level, fail, ok
from gateway.cli.checks.place import check_confinement, check_data_dir, check_versions
from gateway.cli.checks.services import (
    check_channel,
    check_docker,
    check_gateway,
    check_model,
)
from gateway.cli.checks.store import check_database
from gateway.cli.outcome import ExitCode
from gateway.clock import SystemClock
from gateway.config import LogSettings, Settings
from gateway.config.sections import LogLevel
from gateway.errors import SettingsError
from gateway.logs import configure


async def examine(environ: Mapping[str, str]) -> ExitCode:
    """Show a line for each check; `FAILED` if one of them failed."""
    findings = check_versions()
    try:
        settings = read_settings(environ)
    except SettingsError as error:
        findings += [fail("settings", problem) for problem in error.problems]
    else:
        # The checks put into words what went wrong; the libraries need not say it again.
        configure(LogSettings(level=LogLevel.ERROR), secrets=settings.secret_values)
        findings += [ok("settings", "no mistakes"), *await _examine(settings)]
    screen.show(finding.line for finding in findings)
    has_failed = any(finding.level is Level.FAIL for finding in findings)
    return ExitCode.FAILED if has_failed else ExitCode.OK


async def _examine(settings: Settings) -> list[Finding]:
    async with asyncio.TaskGroup() as group:
        gateway = group.create_task(check_gateway(settings.data_dir, settings.http))
        database = group.create_task(check_database(settings, SystemClock().now()))
        model = group.create_task(check_model(settings.model))
        sections = settings.channels
        channels = [
            group.create_task(check_channel(messenger, sections[messenger.name]))
            for messenger in messengers()
            if messenger.check is not None
        ]
        docker = group.create_task(check_docker())
    return [
        *check_data_dir(settings.data_dir),
        check_confinement(),
        database.result(),
        *gateway.result(),
        model.result(),
        *(channel.result() for channel in channels),
        *check_souls(settings),
        *check_skills(settings),
        docker.result(),
    ]
