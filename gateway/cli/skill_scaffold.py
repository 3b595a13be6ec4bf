"""`crewdesk skill new`: a folder with a skill that runs as it is."""

import re
from pathlib import Path

from gateway.cli.outcome import CommandFailed, ExitCode

NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
MAX_NAME_CHARACTERS = 64

PROGRAM_FILE = """\
---
name: {name}
description: >-
  Say what it does and when to use it: the model chooses by these words alone.
  用中文也写一遍：它做什么，什么时候用。
license: MIT
metadata:
  crewdesk:
    effect: read             # read, idempotent, or unsafe: what a second run would do
    network: false           # true: runtime.http works
    # hosts: [example.org]   # with network: nobody else can be asked
    files: false             # true: runtime.work_dir holds the conversation's files
    # settings: {{base_url: {{description: where it asks, url: true}}}}
    # secrets: {{api_key: {{description: its key, required: true}}}}
    timeout_s: 30
    memory_mb: 256
    parameters:
      type: object
      properties:
        name: {{type: string, minLength: 1, maxLength: 100, description: Whom to greet}}
      required: [name]
      additionalProperties: false
    samples:
      - {{name: Ada}}
---
# {name}

Returns one line, such as `Hello, Ada.`

## Errors

| word | meaning |
|---|---|
| `nobody` | the name holds no letter |
"""
PROGRAM = '''\
"""What it does, in one sentence."""

from skills.errors import SkillFailure


def execute(ctx, params, runtime):
    """Return a text for the model; `async def` works, too."""
    name = params["name"].strip()
    if not name:
        raise SkillFailure("nobody", "the name holds no letter")
    return f"Hello, {name}."
'''
GUIDANCE_FILE = """\
---
name: {name}
description: >-
  Say what it helps with and when to use it: the model chooses by these words alone.
  用中文也写一遍：它有什么用，什么时候用。
license: MIT
metadata:
  crewdesk:
    effect: read
    files: false
---
# {name}

This is guidance: there is no program.

1. Say step by step what to do, with which tools, and what to ask the person.
2. Say what the answer holds.
"""


def make_skill(name: str, home: Path, *, is_guidance: bool) -> Path:
    """Make the folder of a skill below `home` and return it; overwrites nothing.

    Raises:
        CommandFailed: the name can't be one, or there is such a folder already.
    """
    if not NAME.fullmatch(name) or len(name) > MAX_NAME_CHARACTERS:
        sentence = (
            f"'{name}' can't be a skill's name: small letters and digits, with - or _ between"
        )
        raise CommandFailed(sentence, ExitCode.UNUSABLE)
    folder = home / name
    try:
        home.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        text = GUIDANCE_FILE if is_guidance else PROGRAM_FILE
        (folder / "SKILL.md").write_text(text.format(name=name), encoding="utf-8")
        if not is_guidance:
            (folder / "scripts").mkdir()
            (folder / "scripts" / "execute.py").write_text(PROGRAM, encoding="utf-8")
    except FileExistsError as error:
        raise CommandFailed(f"{folder} is there already") from error
    except OSError as error:
        raise CommandFailed(f"{folder} can't be made: {error.strerror}") from error
    return folder
