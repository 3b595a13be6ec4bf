"""Running skills in real child processes, well-behaved and otherwise."""

import asyncio
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue

from skills.capabilities import Setting
from skills.result import Signal, SkillContext, SkillErrorCode, SkillResult
from skills.runner import SkillRunner
from skills.skill import Skill, SkillEffect
from skills.values import SkillValues
from tests.integration.skills.processes import has_ended

PATIENCE_SECONDS = 20
ANYTHING = '{"type": "object"}'


def make_skill(folder: Path, body: str, *, parameters: str = ANYTHING) -> Skill:
    """Write a skill whose script is `body`."""
    home = folder / "probe"
    (home / "scripts").mkdir(parents=True)
    (home / "scripts" / "execute.py").write_text(body, encoding="utf-8")
    return Skill(
        name="probe",
        description="for tests",
        instructions="",
        folder=home,
        parameters=parameters,
        effect=SkillEffect.READ,
        timeout=timedelta(seconds=PATIENCE_SECONDS),
        memory_bytes=512 * 1024 * 1024,
        has_network=False,
    )


@pytest.fixture
def context(tmp_path: Path) -> SkillContext:
    """Return folders that do not exist yet, a language and a call id."""
    return SkillContext(
        state_dir=tmp_path / "state", work_dir=tmp_path / "work", language="zh", call_id="call-1"
    )


async def run(
    context: SkillContext, skill: Skill, params: dict[str, JsonValue] | None = None
) -> SkillResult:
    """Run a skill."""
    return await SkillRunner().run(skill, params or {}, context)


async def test_a_plain_skill_returns_text(tmp_path: Path, context: SkillContext) -> None:
    """A plain `execute` gets parameters, context and runtime, and its text is the result."""
    body = (
        "def execute(ctx, params, runtime):\n"
        "    assert runtime.state_dir.is_dir() and runtime.work_dir == ctx.work_dir\n"
        "    runtime.log.info('at work')\n"
        "    return f\"{params['name']} {ctx.language} {ctx.call_id}\"\n"
    )

    result = await run(context, make_skill(tmp_path, body), {"name": "小王"})

    assert result == SkillResult(ok=True, text="小王 zh call-1")


async def test_an_async_skill_returns_everything(tmp_path: Path, context: SkillContext) -> None:
    """An async `execute` may return text, a drawing and files of the work folder."""
    body = (
        "async def execute(ctx, params, runtime):\n"
        "    (runtime.work_dir / 'a.txt').write_text('x')\n"
        "    return {'ok': True, 'text': 'made', 'ui': {'rows': [1]}, 'files': ['a.txt']}\n"
    )

    result = await run(context, make_skill(tmp_path, body))

    assert (result.text, result.ui) == ("made", {"rows": [1]})
    assert result.files == ((context.work_dir / "a.txt").resolve(),)


async def test_a_skill_may_say_that_it_failed(tmp_path: Path, context: SkillContext) -> None:
    """`ok: False` is a failed execution with the skill's own words."""
    skill = make_skill(
        tmp_path, "def execute(c, p, r): return {'ok': False, 'text': 'not_found: no such feed'}"
    )

    result = await run(context, skill)

    assert result.text == "not_found: no such feed"
    assert result.error_code is SkillErrorCode.EXECUTION_ERROR


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("def execute(:", SkillErrorCode.LOAD_FAILED, "SyntaxError"),
        ("import no_such_module", SkillErrorCode.LOAD_FAILED, "no_such_module"),
        ("raise SystemExit(1)", SkillErrorCode.LOAD_FAILED, "SystemExit"),
        ("x = 1", SkillErrorCode.NO_EXECUTE, "has no function 'execute"),
        ("execute = 1", SkillErrorCode.NO_EXECUTE, "has no function 'execute"),
        (
            "def execute(c, p, r): raise RuntimeError('boom')",
            SkillErrorCode.EXECUTION_ERROR,
            "RuntimeError: boom",
        ),
        ("def execute(c, p, r): return 5", SkillErrorCode.EXECUTION_ERROR, "neither text"),
        ("def execute(c, p, r): return {'txt': 1}", SkillErrorCode.EXECUTION_ERROR, "neither text"),
        ("def execute(c, p, r): return {}", SkillErrorCode.EXECUTION_ERROR, "neither text"),
        (
            "from skills.errors import SkillFailure\n"
            "def execute(c, p, r): raise SkillFailure('no_tea', 'there is no tea')",
            SkillErrorCode.EXECUTION_ERROR,
            "no_tea: there is no tea",
        ),
        (
            "def execute(c, p, r): return {'signals': [{'fingerprint': 'a', 'title': 't'}]}",
            SkillErrorCode.EXECUTION_ERROR,
            "does not declare 'signal: true'",
        ),
        (
            "def execute(c, p, r): return {'signals': [{'title': 't'}]}",
            SkillErrorCode.EXECUTION_ERROR,
            "fingerprint",
        ),
        (
            "def execute(c, p, r):\n"
            "    return {'signals': [{'fingerprint': str(n), 'title': 't'} for n in range(201)]}",
            SkillErrorCode.EXECUTION_ERROR,
            "201 signals",
        ),
        (
            "def execute(c, p, r): return {'text': 'x', 'ui': object()}",
            SkillErrorCode.EXECUTION_ERROR,
            "neither text",
        ),
        (
            "import os\ndef execute(c, p, r):\n    print('last words', flush=True); os._exit(7)",
            SkillErrorCode.EXECUTION_ERROR,
            "exit code 7: it left no answer\nlast words",
        ),
        (
            "import ctypes\ndef execute(c, p, r): ctypes.string_at(0)",
            SkillErrorCode.EXECUTION_ERROR,
            "exit code -11",
        ),
        (
            "def execute(c, p, r): return bytearray(900_000_000)",
            SkillErrorCode.EXECUTION_ERROR,
            "MemoryError",
        ),
        (
            "def execute(c, p, r): return 'x' * 5_000_000",
            SkillErrorCode.EXECUTION_ERROR,
            "larger than",
        ),
        (
            "async def execute(c, p, r): await r.http.get('http://127.0.0.1/')",
            SkillErrorCode.EXECUTION_ERROR,
            "network: true",
        ),
    ],
)
async def test_whatever_a_skill_does_becomes_a_named_failure(
    tmp_path: Path, context: SkillContext, body: str, code: SkillErrorCode, words: str
) -> None:
    """Scripts that can't be loaded, that fail, crash or return nonsense are told apart."""
    result = await run(context, make_skill(tmp_path, body))

    assert not result.ok
    assert result.error_code is code
    assert words in result.text


async def test_a_missing_folder_and_a_missing_script_are_named(
    tmp_path: Path, context: SkillContext
) -> None:
    """A skill that vanished after the catalog read it is told apart from one without a script."""
    skill = make_skill(tmp_path, "")
    gone = replace(skill, folder=tmp_path / "gone")
    skill.script.unlink()

    assert (await run(context, gone)).error_code is SkillErrorCode.NOT_FOUND
    assert (await run(context, skill)).error_code is SkillErrorCode.NO_EXECUTE


async def test_a_skill_that_hangs_is_ended(tmp_path: Path, context: SkillContext) -> None:
    """At its timeout a skill ends, even one that never yields."""
    skill = make_skill(tmp_path, "def execute(c, p, r):\n    while True: pass")

    result = await run(context, replace(skill, timeout=timedelta(seconds=1)))

    assert result.error_code is SkillErrorCode.TIMEOUT
    assert "1 s" in result.text


async def test_prints_do_not_mix_with_the_result(tmp_path: Path, context: SkillContext) -> None:
    """Megabytes on both streams change nothing."""
    body = (
        "import sys\n"
        "def execute(c, p, r):\n"
        "    print('{' * 20_000_000)\n"
        "    print('}' * 20_000_000, file=sys.stderr)\n"
        "    return 'clean'\n"
    )

    assert await run(context, make_skill(tmp_path, body)) == SkillResult(ok=True, text="clean")


async def test_children_of_a_skill_end_with_it(tmp_path: Path, context: SkillContext) -> None:
    """A forked child neither delays the result nor outlives it."""
    body = (
        "import os, time\n"
        "def execute(c, p, r):\n"
        "    pid = os.fork()\n"
        "    if not pid:\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "    return str(pid)\n"
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        result = await run(context, make_skill(tmp_path, body))

    assert result.ok
    assert has_ended(int(result.text))


async def test_cancellation_ends_the_skill(tmp_path: Path, context: SkillContext) -> None:
    """When a cancelled run returns, its process is gone."""
    fifo = tmp_path / "ready"
    os.mkfifo(fifo)
    body = (
        "import os, time\n"
        "def execute(c, p, r):\n"
        f"    with open({str(fifo)!r}, 'w') as file: file.write(str(os.getpid()))\n"
        "    time.sleep(60)\n"
    )
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        call = group.create_task(run(context, make_skill(tmp_path, body)))
        pid = int(await asyncio.to_thread(fifo.read_text))
        call.cancel()

    assert call.cancelled()
    assert has_ended(pid)


async def test_a_skill_sees_no_secret(
    tmp_path: Path, context: SkillContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child's environment holds nothing of the gateway's."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    body = "import json, os\ndef execute(c, p, r): return json.dumps(dict(os.environ))"

    result = await run(context, make_skill(tmp_path, body))

    assert set(json.loads(result.text)) <= {
        *("PATH", "HOME", "TMPDIR", "LANG", "PYTHONPATH", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE"),
        *("CREWDESK_PROCESS", "PWD", "SHLVL", "_", "LC_CTYPE"),
    }


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "link", "missing", "."])
async def test_files_must_lie_in_the_work_folder(
    tmp_path: Path, context: SkillContext, name: str
) -> None:
    """No path leads out, be it with dots, absolute or through a link."""
    (tmp_path / "outside").write_text("secret")
    body = (
        "def execute(c, p, r):\n"
        "    (r.work_dir / 'link').symlink_to('/etc/passwd')\n"
        f"    return {{'text': 'x', 'files': [{name!r}]}}\n"
    )

    result = await run(context, make_skill(tmp_path, body))

    assert result.error_code is SkillErrorCode.EXECUTION_ERROR
    assert result.files == ()


async def test_arguments_are_checked_before_anything_runs(
    tmp_path: Path, context: SkillContext
) -> None:
    """Arguments that break the schema are named, and no process is started."""
    schema = '{"type": "object", "properties": {"n": {"type": "integer"}}}'
    skill = make_skill(tmp_path, "def execute(c, p, r): return 'ran'", parameters=schema)

    result = await run(context, skill, {"n": "x"})

    assert "n: 'x' is not of type 'integer'" in result.text
    assert not context.work_dir.exists()


async def test_a_module_in_the_work_folder_is_not_imported(
    tmp_path: Path, context: SkillContext
) -> None:
    """A file that a model wrote can't take the place of the standard library."""
    context.work_dir.mkdir()
    (context.work_dir / "json.py").write_text("raise RuntimeError('hijacked')")
    skill = make_skill(tmp_path, "import json\ndef execute(c, p, r): return json.dumps(1)")

    assert (await run(context, skill)).text == "1"


async def test_findings_are_the_result_of_a_signal(tmp_path: Path, context: SkillContext) -> None:
    """Of findings without a text, the text is their JSON."""
    body = (
        "def execute(c, p, r):\n"
        "    return {'signals': [{'fingerprint': 'f', 'title': '新', 'url': 'http://x/'}]}"
    )
    skill = replace(make_skill(tmp_path, body), is_signal=True)

    result = await run(context, skill)

    assert result.signals == (Signal(fingerprint="f", title="新", url="http://x/"),)
    assert json.loads(result.text) == {
        "signals": [{"fingerprint": "f", "title": "新", "url": "http://x/", "detail": ""}]
    }


async def test_a_skill_gets_the_settings_that_it_declares(
    tmp_path: Path, context: SkillContext
) -> None:
    """No other, and its secrets do not come back out of it."""
    body = (
        "import json\ndef execute(c, p, r): return json.dumps([dict(r.settings), dict(r.secrets)])"
    )
    declared = (
        Setting(name="unit", description="d", default="metric"),
        Setting(name="key", description="d", is_secret=True),
    )
    skill = replace(make_skill(tmp_path, body), settings=declared)
    values = SkillValues(secret={"probe": {"key": "hush-hush", "other": "x"}, "more": {"key": "y"}})

    result = await SkillRunner(values=values).run(skill, {}, context)

    assert json.loads(result.text) == [{"unit": "metric"}, {"key": "***"}]


async def test_a_missing_setting_is_named_before_anything_runs(
    tmp_path: Path, context: SkillContext
) -> None:
    """With the variable to set."""
    key = Setting(name="key", description="the key", is_required=True, is_secret=True)
    skill = replace(make_skill(tmp_path, "raise RuntimeError"), settings=(key,))

    result = await run(context, skill)

    assert result.text.startswith("setting_missing: the secret 'key' (the key) is missing")
    assert "CREWDESK_SKILL_SETTINGS__PROBE__KEY" in result.text
    assert result.error_code is SkillErrorCode.EXECUTION_ERROR


async def test_a_skill_that_declares_no_files_sees_none(
    tmp_path: Path, context: SkillContext
) -> None:
    """It works in an empty folder of its own, and may return none."""
    context.work_dir.mkdir()
    (context.work_dir / "private.txt").write_text("x")
    look = "import os\ndef execute(c, p, r): return str(os.listdir()) + str(os.listdir(r.work_dir))"
    give = (
        "def execute(c, p, r):\n"
        "    (r.work_dir / 'a').write_text('x')\n"
        "    return {'text': 'x', 'files': ['a']}"
    )
    (tmp_path / "other").mkdir()

    looked = await run(context, replace(make_skill(tmp_path, look), has_files=False))
    gave = await run(context, replace(make_skill(tmp_path / "other", give), has_files=False))

    assert looked.text == "[][]"
    assert "declares 'files: false'" in gave.text


async def test_a_skill_that_lies_about_its_hosts_is_told(
    tmp_path: Path, context: SkillContext
) -> None:
    """A request to a host that it does not declare ends with an error that names both."""
    body = "async def execute(c, p, r): await r.http.get('http://127.0.0.1:9/')"
    skill = replace(make_skill(tmp_path, body), has_network=True, hosts=("example.org",))

    result = await run(context, skill)

    assert result.text == (
        "host_not_declared: 127.0.0.1:9 is not among the hosts that the skill declares "
        "(example.org)"
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def execute(ctx, params, runtime): raise RuntimeError", ""),
        ("def execute(ctx, params): return 'x'", "can't be called as execute(ctx, params"),
        ("def run(ctx, params, runtime): return 'x'", "has no function 'execute"),
        ("def execute(ctx, params, runtime) return", "SyntaxError"),
    ],
)
async def test_a_trial_loads_without_calling(
    tmp_path: Path, context: SkillContext, body: str, words: str
) -> None:
    """What can't be called is found out without doing anything."""
    result = await SkillRunner().try_load(make_skill(tmp_path, body), context)

    assert result.ok is not bool(words)
    assert words in result.text
