"""`crewdesk skill`: what an author of skills needs, without a gateway running."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from gateway.app import read_settings, skill_catalog, skill_runner
from gateway.cli import screen
from gateway.cli.outcome import CommandFailed, ExitCode
from gateway.cli.screen import Line
from gateway.cli.skill_check import Report, check_skill
from gateway.cli.skill_scaffold import make_skill
from gateway.cli.words import excerpt
from gateway.config import LogSettings, Settings
from gateway.config.sections import LogLevel
from gateway.logs import configure
from gateway.skillshelf.examination import ARGUMENTS, Arguments, samples_of
from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.result import SkillContext, SkillResult
from skills.search import matching
from skills.skill import Skill

ABOUT = "Write, check, try and list skills."
AUTHOR_FOLDER = "skill-author"  # in the data directory: what trial runs keep and make
DESCRIPTION_CHARACTERS = 90


def skill_commands() -> typer.Typer:
    """Put the commands together."""
    commands = typer.Typer(
        help=ABOUT, no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )
    commands.command("new")(_new)
    commands.command("check")(_check)
    commands.command("run")(_run)
    commands.command("list")(_list)
    return commands


def _new(
    name: Annotated[str, typer.Argument(help="Small letters, digits, - and _.")],
    *,
    folder: Annotated[
        Path | None, typer.Option(help="Where its folder goes; else into the data directory.")
    ] = None,
    guidance: Annotated[
        bool, typer.Option("--guidance", help="Only instructions, without a program.")
    ] = False,
) -> None:
    """Make a skill that runs as it is, to be changed into yours."""
    home = make_skill(name, folder or _settings().data_dir / "skills", is_guidance=guidance)
    screen.show(
        [
            Line(text=f"made {home}"),
            Line(text="Next: change it, then"),
            Line(text=f"  crewdesk skill check {name if folder is None else home}"),
            Line(text=f"  crewdesk skill run {name if folder is None else home}"),
        ]
    )


def _check(
    which: Annotated[
        list[str] | None, typer.Argument(help="Names, or paths of folders; without: all.")
    ] = None,
) -> None:
    """Check skills: SKILL.md, what it declares, and whether the program can be loaded.

    One line a finding. Exits with 1 if a skill could not run.
    """
    settings = _settings()
    folders = [_folder(settings, one) for one in which or ()] or _all_folders(settings)
    reports = asyncio.run(_check_all(settings, folders))
    screen.show(line for report in reports for line in report.lines())
    raise typer.Exit(
        ExitCode.FAILED if any(report.has_failed for report in reports) else ExitCode.OK
    )


def _run(
    which: Annotated[str, typer.Argument(help="A name, or the path of a folder.")],
    *,
    arguments: Annotated[
        str | None, typer.Option("--args", metavar="JSON", help="Arguments; else its samples.")
    ] = None,
    language: Annotated[str, typer.Option(help="The person's language, such as zh.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The whole result.")] = False,
) -> None:
    """Run a skill within its real limits, with --args or with each of its samples.

    What it keeps and makes stays in skill-author in the data directory, apart from everybody's.
    """
    settings = _settings()
    skill = _skill(_folder(settings, which))
    calls = (samples_of(skill) or [{}]) if arguments is None else [_parsed(arguments)]
    if skill.is_guidance and skill.instructions and not as_json:
        typer.echo(f"[guidance: nothing was run; an agent follows it]\n\n{skill.instructions}")
        return
    results = asyncio.run(_run_all(settings, skill, calls, language))
    for call, result in zip(calls, results, strict=True):
        _show(call, result, as_json=as_json, is_one=len(calls) == 1)
    if not all(result.ok for result in results):
        raise typer.Exit(ExitCode.FAILED)


def _list(
    query: Annotated[str, typer.Argument(help="What it is for, in English or Chinese.")] = "",
) -> None:
    """List skills; with QUERY those that fit, the best first."""
    catalog = skill_catalog(_settings())
    screen.show(Line(text=_row(skill)) for skill in matching(catalog.all(), query))
    for path, problem in catalog.problems().items():
        screen.complain(f"{path}: {problem}")


def _row(skill: Skill) -> str:
    kind = "guidance" if skill.is_guidance else "program"
    origin = "ours" if skill.folder.is_relative_to(PACKAGED_SKILLS) else "yours"
    return (
        f"{skill.name:20} {kind:8} {origin:5} {excerpt(skill.description, DESCRIPTION_CHARACTERS)}"
    )


async def _check_all(settings: Settings, folders: list[Path]) -> list[Report]:
    runner = skill_runner(settings)
    return [await check_skill(folder, runner, settings.skill_settings) for folder in folders]


async def _run_all(
    settings: Settings, skill: Skill, calls: list[Arguments], language: str
) -> list[SkillResult]:
    runner = skill_runner(settings)
    home = settings.data_dir / AUTHOR_FOLDER
    context = SkillContext(
        state_dir=home / "state" / skill.name, work_dir=home / "work", language=language
    )
    try:
        return [await runner.run(skill, call, context) for call in calls]
    except OSError as error:
        raise CommandFailed(f"'{skill.name}' can't be run here: {error}") from error


def _show(call: Arguments, result: SkillResult, *, as_json: bool, is_one: bool) -> None:
    """Show a result; a failure goes to standard error, unless it is for machines."""
    if as_json:
        typer.echo(json.dumps(asdict(result), ensure_ascii=False, default=str))
        return
    if not is_one:
        typer.echo(f"--- {json.dumps(call, ensure_ascii=False)}")
    if not result.ok:
        screen.complain(f"{result.error_code}: {result.text}")
        return
    typer.echo(result.text)
    for file in result.files:
        typer.echo(f"[file {file}]")


def _parsed(text: str) -> Arguments:
    try:
        return ARGUMENTS.validate_json(text)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise CommandFailed(f"--args is no JSON object: {reason}", ExitCode.UNUSABLE) from error


def _skill(folder: Path) -> Skill:
    """Read one skill.

    Raises:
        CommandFailed: there is none, or its file has a mistake.
    """
    catalog = SkillCatalog([folder.parent])
    skill = catalog.get(folder.name)
    if skill is None or folder / "SKILL.md" in catalog.problems():
        problem = catalog.problems().get(folder / "SKILL.md", "it has no SKILL.md")
        raise CommandFailed(f"{folder}: {problem}")
    return skill


def _folder(settings: Settings, which: str) -> Path:
    """Return the folder that a name or a path means; of two with a name, the operator's."""
    if os.sep in which or Path(which, "SKILL.md").is_file():
        return Path(which).absolute()
    for home in (settings.data_dir / "skills", PACKAGED_SKILLS):
        if (home / which / "SKILL.md").is_file():
            return home / which
    raise CommandFailed(f"there is no skill '{which}'; `crewdesk skill list` names them")


def _all_folders(settings: Settings) -> list[Path]:
    homes = (PACKAGED_SKILLS, settings.data_dir / "skills")
    return [path.parent for home in homes for path in sorted(home.glob("*/SKILL.md"))]


def _settings() -> Settings:
    settings = read_settings(os.environ)
    configure(LogSettings(level=LogLevel.ERROR), secrets=settings.secret_values)
    return settings
