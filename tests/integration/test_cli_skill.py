"""`crewdesk skill`: each command is a process of its own, and no gateway runs."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.cli.skill_check import check_skill
from skills.runner import SkillRunner
from skills.values import SkillValues
from tests.doubles.command_line import Finished, crewdesk
from tests.doubles.web_server import WebServer

HEAD = "---\nname: probe\ndescription: For tests of the command line. 测试用。\n"
PROGRAM = "def execute(ctx, params, runtime):\n    return 'fine'\n"


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Return what names this test's data directory."""
    return {"CREWDESK_DATA_DIR": str(tmp_path / "data")}


async def skill(environment: Mapping[str, str], *arguments: str) -> Finished:
    """Run one of the commands."""
    return await crewdesk("skill", *arguments, environment=environment)


def write(
    environment: Mapping[str, str], metadata: str = "", program: str | None = PROGRAM
) -> Path:
    """Put the skill `probe` into the data directory and return its folder."""
    folder = Path(environment["CREWDESK_DATA_DIR"], "skills", "probe")
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text(f"{HEAD}metadata: {{crewdesk: {{{metadata}}}}}\n---\nText\n")
    if program is not None:
        (folder / "scripts" / "execute.py").write_text(program)
    return folder


async def test_a_new_skill_passes_its_check_and_runs(environment: Mapping[str, str]) -> None:
    """As it is, with its sample and with arguments."""
    made = await skill(environment, "new", "greeter")
    checked = await skill(environment, "check", "greeter")
    ran = await skill(environment, "run", "greeter")
    asked = await skill(environment, "run", "greeter", "--args", '{"name": "小王"}')
    failed = await skill(environment, "run", "greeter", "--args", '{"name": " "}')

    assert made.out.startswith(f"made {environment['CREWDESK_DATA_DIR']}/skills/greeter\n")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out == "ok    greeter: program; effect read; no network; no files\n"
    assert (ran.code, ran.out) == (0, "Hello, Ada.\n")
    assert (asked.code, asked.out) == (0, "Hello, 小王.\n")
    assert (failed.code, failed.out) == (1, "")
    assert failed.err == "crewdesk: execution_error: nobody: the name holds no letter\n"


async def test_new_guidance_passes_its_check(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    """In a folder that is named; running it shows the guidance as what it is."""
    await skill(environment, "new", "advice", "--guidance", "--folder", str(tmp_path))
    checked = await skill(environment, "check", str(tmp_path / "advice"))
    ran = await skill(environment, "run", str(tmp_path / "advice"))

    assert (checked.code, checked.out) == (
        0,
        "ok    advice: guidance; effect read; no network; no files\n",
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("[guidance: nothing was run; an agent follows it]\n\n# advice\n")


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("Bad Name", 2, "'Bad Name' can't be a skill's name"),
        ("../outside", 2, "can't be a skill's name"),
        ("probe", 1, "probe is there already"),
    ],
)
async def test_what_cannot_be_made_is_one_line(
    environment: Mapping[str, str], name: str, code: int, words: str
) -> None:
    """Nothing is overwritten."""
    folder = write(environment)

    done = await skill(environment, "new", name)

    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert (folder / "scripts" / "execute.py").read_text() == PROGRAM


@pytest.mark.parametrize(
    ("metadata", "program", "words"),
    [
        ("effect: maybe", PROGRAM, "fail  probe: metadata.crewdesk.effect"),
        ("parameters: {type: array}", PROGRAM, "fail  probe: metadata.crewdesk.parameters"),
        ("hosts: [example.org]", PROGRAM, "but not 'network: true'"),
        ("signal: true", PROGRAM, "fail  probe: metadata.crewdesk.signal"),
        ("samples: [{a: 1}]", PROGRAM, "fail  probe: metadata.crewdesk.samples.0"),
        ("", "def execute(ctx:", "fail  probe: skill_load_failed: "),
        ("", "import nothing_of_the_kind", "No module named 'nothing_of_the_kind'"),
        ("", "def run(): pass", "fail  probe: skill_no_execute: "),
        ("", "def execute(ctx): pass", "can't be called as execute(ctx, params, runtime)"),
        ("timeout_s: 1", "while True: pass", "fail  probe: timeout: "),
        ("network: true", None, "declares parameters, samples, network or signal, but has no"),
    ],
)
async def test_a_check_names_what_keeps_a_skill_from_running(
    environment: Mapping[str, str], metadata: str, program: str | None, words: str
) -> None:
    """In its file, in what it declares, and in its program, which is loaded but not called."""
    folder = write(environment, metadata, program)

    report = await check_skill(folder, SkillRunner(), SkillValues())

    said = "\n".join(line.text for line in report.lines())
    assert report.has_failed
    assert words in said
    assert "ok    probe" not in said


async def test_a_failed_check_exits_with_one(environment: Mapping[str, str]) -> None:
    """So that a build notices."""
    write(environment, "effect: maybe")

    done = await skill(environment, "check", "probe")

    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("fail  probe: metadata.crewdesk.effect")


async def test_a_check_warns_of_what_is_missing_outside(environment: Mapping[str, str]) -> None:
    """The skill itself is right, so the check passes."""
    write(environment, "secrets: {key: {description: the key, required: true}}")
    variable = "CREWDESK_SKILL_SETTINGS__PROBE__KEYS"

    done = await skill({**environment, variable: "x"}, "check", "probe")

    assert done.code == 0
    assert "warn  probe: the secret 'key' (the key) is missing: set CREWDESK_SKILL_" in done.out
    assert f"warn  probe: {variable} is set, but the skill declares no 'keys'" in done.out


async def test_our_own_skills_pass(environment: Mapping[str, str]) -> None:
    """Without a warning."""
    done = await skill(environment, "check")

    assert done.code == 0, done.out
    assert "warn" not in done.out
    assert "ok    web_search: program; effect read; network: those of searxng_url" in done.out


async def test_a_run_has_the_real_limits_and_settings(environment: Mapping[str, str]) -> None:
    """Its hosts, its time, and the secrets that it declares."""
    body = (
        "async def execute(ctx, params, runtime):\n"
        "    print(len(runtime.secrets['key']))\n"
        "    await runtime.http.get('http://127.0.0.1:1/')\n"
    )
    write(environment, "network: true, hosts: [a.example], secrets: {key: {description: k}}", body)
    variable = "CREWDESK_SKILL_SETTINGS__PROBE__KEY"

    done = await skill({**environment, variable: "x"}, "run", "probe")

    assert done.code == 1
    assert "host_not_declared: 127.0.0.1:1 is not among" in done.err


async def test_a_run_shows_everything_as_json(environment: Mapping[str, str]) -> None:
    """Files and findings, too; what it makes stays apart from everybody's."""
    body = (
        "def execute(ctx, params, runtime):\n"
        "    (runtime.work_dir / 'a.txt').write_text(ctx.language)\n"
        "    found = {'fingerprint': 'f', 'title': 't'}\n"
        "    return {'text': 'x', 'files': ['a.txt'], 'signals': [found]}\n"
    )
    write(environment, "signal: true, parameters: {type: object}", body)

    done = await skill(environment, "run", "probe", "--json", "--language", "zh")

    result = json.loads(done.out)
    assert result["signals"] == [{"fingerprint": "f", "title": "t", "url": "", "detail": ""}]
    made = f"{environment['CREWDESK_DATA_DIR']}/skill-author/work/a.txt"
    assert result["files"] == [made]
    assert await asyncio.to_thread(Path(made).read_text) == "zh"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("probe", "--args", "{"), 2, "--args is no JSON object"),
        (("probe", "--args", "[1]"), 2, "--args is no JSON object"),
        (("probe", "--args", '{"a": 1}'), 1, "wrong arguments: "),
        (("nobody",), 1, "there is no skill 'nobody'"),
        (("/nowhere/nobody",), 1, "it has no SKILL.md"),
    ],
)
async def test_a_run_that_cannot_be_is_one_line(
    environment: Mapping[str, str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    """With an exit code that tells wrong usage from failure."""
    write(environment)

    done = await skill(environment, "run", *arguments)

    assert (done.code, done.out) == (code, "")
    assert words in done.err


async def test_skills_are_listed_and_found(environment: Mapping[str, str]) -> None:
    """In both languages, with where they come from; a file with a mistake is named."""
    folder = write(environment)
    listed = await skill(environment, "list")
    found = await skill(environment, "list", "订阅 RSS")
    (folder / "SKILL.md").write_text("no front matter")
    broken = await skill(environment, "list")

    rows = {line.split()[0]: line.split()[1:3] for line in listed.out.splitlines()}
    assert rows["probe"] == ["program", "yours"]
    assert rows["reminders"] == ["guidance", "ours"]
    assert found.out.startswith("rss_subscribe")
    assert f"{folder / 'SKILL.md'}: the file does not begin with front matter" in broken.err
    assert broken.code == 0


async def test_the_doctor_names_settings_that_are_amiss(environment: Mapping[str, str]) -> None:
    """Missing ones, unknown ones, and those of skills that are not there."""
    write(environment, "secrets: {key: {description: the key, required: true}}")
    prefix = "CREWDESK_SKILL_SETTINGS__"
    more = {f"{prefix}WEATHER__STATION": "x", f"{prefix}GONE__KEY": "x"}

    done = await crewdesk("doctor", environment={**environment, **more})

    assert "warn  skills: probe: the secret 'key' (the key) is missing" in done.out
    assert (
        "warn  skills: weather: CREWDESK_SKILL_SETTINGS__WEATHER__STATION is set, but" in done.out
    )
    assert "warn  skills: settings of 'gone' are set, but there is no such skill" in done.out


async def test_a_private_server_of_the_operators_own_is_reached(
    environment: Mapping[str, str],
) -> None:
    """Naming it in a skill's setting is enough."""
    async with WebServer() as server:
        path = "/search?q=reeds&format=json&categories=general&language=auto"
        found = json.dumps({"results": [{"url": "https://a.example/", "title": "A"}]})
        server.serve(path, found, content_type="application/json")
        variable = "CREWDESK_SKILL_SETTINGS__WEB_SEARCH__SEARXNG_URL"
        done = await skill(
            {**environment, variable: server.url("")},
            *("run", "web_search", "--args", '{"query": "reeds"}'),
        )

    assert (done.code, done.out) == (0, "1. A\n   https://a.example/\n")
