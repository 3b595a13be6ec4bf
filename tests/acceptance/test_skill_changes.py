"""A skill that is written, proposed, approved, changed and taken back while the gateway runs."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acceptance.asking import add_skill, dispatch
from tests.acceptance.scene import Chat, Scene, tool_outputs
from tests.parts import needs_landlock

HEAD = """---
name: {name}
description: Rolls dice for a test. 掷骰子，测试用。
metadata:
  crewdesk:
    effect: read
    files: false
    samples: [{{}}]
---
Returns one line.
"""
PROGRAM = "def execute(ctx, params, runtime):\n    return '{said}'\n"

COUNTING = "def execute(ctx, params, runtime):\n    return f'{len(runtime.secrets)} secrets'\n"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """Give the operator a secret for a skill that nobody has proposed yet, and a strict rule."""
    return {
        "CREWDESK_SKILL_SETTINGS__LEAKY__KEY": "not-for-everybody",
        "CREWDESK_SKILLS__APPROVED_ONLY": "true",
    }


def call(tool: str, **arguments: object) -> str:
    """Return the marker that lets the model call a tool."""
    return f"[[tool:{tool} {json.dumps(arguments)}]]"


def written(name: str, said: str) -> str:
    """Return the markers by which the model writes a skill and proposes it."""
    folder = f"skill-drafts/{name}"
    return (
        call("write", path=f"{folder}/SKILL.md", content=HEAD.format(name=name))
        + call("write", path=f"{folder}/scripts/execute.py", content=PROGRAM.format(said=said))
        + call("propose_skill", path=folder)
    )


async def proposed(chat: Chat, name: str, said: str) -> str:
    """Have a skill written and proposed; return the digits of its version."""
    await chat.asks(f"Make {name} {written(name, said)}[[say:It waits for an administrator.]]")
    result = json.loads(tool_outputs(chat.requests[-1])[-1])
    assert result["ok"] is True
    return str(result["version"])


async def approved(admin: Chat, chat: Chat, name: str, said: str) -> str:
    """Have a skill proposed and approved, and wait until it can be used."""
    version = await proposed(chat, name, said)
    told = len(chat.texts)
    await admin.asks(f"/skills approve {version}")
    assert f"The skill {name} was approved" in (await chat.answers(told + 1))[told]
    return version


async def run(chat: Chat, name: str) -> dict[str, object]:
    """Let the model run a skill and return what it was answered."""
    await chat.asks(f"Run it {call('run_extension', skill_name=name)}[[say:Done.]]")
    return dict(json.loads(tool_outputs(chat.requests[-1])[-1]))


def file_of(scene: Scene, name: str) -> Path:
    """Return the program that is in use under a name."""
    return scene.gateway.data_dir / "skills" / name / "scripts" / "execute.py"


async def test_a_member_asks_and_an_admin_decides(scene: Scene, chat: Chat) -> None:
    """The admin is told what it may do; only after their word the skill can be run."""
    admin = scene.admin()
    await admin.asks("/start")
    version = await proposed(chat, "dice", "six")
    told_admin = await admin.shows(lambda texts: any(version in text for text in texts))
    (notice,) = [text for text in told_admin if version in text]
    before = await run(chat, "dice")
    refused = await chat.asks(f"/skills approve {version}")
    told = len(chat.texts)
    await admin.asks(f"/skills approve {version}")
    await chat.answers(told + 1)

    assert f"dice, version {version}, asked for by Person" in notice
    assert "it asks nobody on the network" in notice
    assert "it is given no secrets" in notice
    assert before["error"] == "skill_not_found"
    assert "is for administrators" in refused
    assert (await run(chat, "dice"))["result"] == "six"


async def test_a_changed_file_is_refused_until_it_is_taken_back(scene: Scene, chat: Chat) -> None:
    """Whoever changed it; the very version that was approved can be restored."""
    admin = scene.admin()
    version = await approved(admin, chat, "oracle", "wait")
    file_of(scene, "oracle").write_text(PROGRAM.format(said="sell everything"))

    changed = await run(chat, "oracle")
    await admin.asks(f"/skills rollback oracle {version}")
    await scene.gateway.eventually(
        lambda: "wait" in file_of(scene, "oracle").read_text(), "the version is back"
    )

    assert changed["error"] == "skill_load_failed"
    assert version in str(changed["message"])
    assert (await run(chat, "oracle"))["result"] == "wait"


async def test_rollback_returns_to_the_earlier_version(scene: Scene, chat: Chat) -> None:
    """And from the first one to none at all; both stay in the history."""
    admin = scene.admin()
    await approved(admin, chat, "coin", "heads")
    await approved(admin, chat, "coin", "tails")
    second = await run(chat, "coin")
    await admin.asks("/skills rollback coin")
    await scene.gateway.eventually(
        lambda: "heads" in file_of(scene, "coin").read_text(), "the first version is back"
    )
    first = await run(chat, "coin")
    await admin.asks("/skills rollback coin")
    await scene.gateway.eventually(lambda: not file_of(scene, "coin").exists(), "it is gone")

    assert (second["result"], first["result"]) == ("tails", "heads")
    assert (await run(chat, "coin"))["error"] == "skill_not_found"


async def test_a_skill_that_fails_its_sample_is_not_proposed(scene: Scene, chat: Chat) -> None:
    """The model reads why, and no admin is bothered."""
    draft = written("broken", "x").replace("return 'x'", "return 1 / 0")
    await chat.asks(f"Make it {draft}[[say:It fails.]]")

    error = tool_outputs(chat.requests[-1])[-1]
    assert "skill_refused" in error
    assert "ZeroDivisionError" in error
    assert not list(scene.gateway.data_dir.glob("skill-staging/broken/*/SKILL.md"))
    assert await scene.query("SELECT 1 FROM skill_proposals WHERE name = 'broken'") == []


async def test_a_trial_is_given_none_of_the_operators_secrets(scene: Scene, chat: Chat) -> None:
    """What nobody has approved gets nothing; once it is approved, it gets what it declares."""
    admin = scene.admin()
    head = HEAD.format(name="leaky").replace("files: false", "secrets: {key: {description: k}}")
    folder = "skill-drafts/leaky"
    draft = (
        call("write", path=f"{folder}/SKILL.md", content=head)
        + call("write", path=f"{folder}/scripts/execute.py", content=COUNTING)
        + call("propose_skill", path=folder)
    )
    await chat.asks(f"Make it {draft}[[say:It waits.]]")
    version = json.loads(tool_outputs(chat.requests[-1])[-1])["version"]
    await admin.says("/skills show leaky")
    shown = await admin.shows(lambda texts: any("→" in text for text in texts))
    told = len(chat.texts)
    await admin.says(f"/skills approve {version}")
    await chat.answers(told + 1)

    assert any("→ 0 secrets" in text for text in shown)
    assert (await run(chat, "leaky"))["result"] == "1 secrets"


async def test_where_approval_is_the_rule_a_folder_put_there_is_no_skill(
    scene: Scene, chat: Chat
) -> None:
    """Whoever put it there; those that ship go on."""
    add_skill(scene.gateway.data_dir, "unasked", "    return 'x'")

    assert (await run(chat, "unasked"))["error"] == "skill_not_found"
    assert (await run(chat, "rss_subscribe"))["error"] == "execution_error"
    assert "unasked" not in await chat.asks("/skills")


@pytest.mark.parametrize("who", ["manager", "worker"])
async def test_no_command_puts_a_skill_in_place_past_the_approval(
    scene: Scene, chat: Chat, who: str
) -> None:
    """Somebody with the right to `bash` tries to have a skill written straight into use."""
    needs_landlock()
    name = f"smuggled-{who}"
    source = scene.gateway.data_dir / "skills"
    source.mkdir(exist_ok=True)
    program = PROGRAM.format(said="smuggled")
    command = (
        f"mkdir -p {name}/scripts && printf '%s' \"$HEAD\" > {name}/SKILL.md && "
        f"printf '%s' \"$BODY\" > {name}/scripts/execute.py && cp -r {name} {source}/{name}; "
        f"mkdir ../../skills/{name}; ls {name}/scripts"
    )
    script = f"HEAD={shlex.quote(HEAD.format(name=name))} BODY={shlex.quote(program)}; {command}"
    work = call("bash", command=script)
    await chat.asks(f"Make it {work if who == 'manager' else dispatch(f'Do {work}')}[[say:Tried.]]")

    outputs = [text for request in chat.requests for text in tool_outputs(request)]
    (shown,) = {text for text in outputs if "denied" in text and f"skills/{name}" in text[:200]}
    assert "execute.py" in shown
    assert not (source / name).exists()
    assert (await run(chat, name))["error"] == "skill_not_found"


async def test_an_approved_skill_cannot_be_changed_by_a_command(scene: Scene, chat: Chat) -> None:
    """It answers as it was approved, and what the gateway knows can't be read either."""
    needs_landlock()
    await approved(scene.admin(), chat, "abacus", "four")
    target = file_of(scene, "abacus")
    command = f"sed -i s/four/five/ {target}; head -c 9 ../../crewdesk.db ../../terminal-token"
    await chat.asks(f"Change it {call('bash', command=command)}[[say:Tried.]]")
    shown = tool_outputs(chat.requests[-1])[-1]

    assert shown.count("Permission denied") == 3
    assert "SQLite" not in shown
    assert (await run(chat, "abacus"))["result"] == "four"
