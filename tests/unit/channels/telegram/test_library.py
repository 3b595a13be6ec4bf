"""aiogram's types are built when they are used, and then read the same as ever."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
PAYLOADS = ROOT / "tests" / "payloads" / "telegram"

LOAD_BESIDE_OTHERS = """
import threading
from pydantic import BaseModel
from channels.telegram.messenger import load_channel

def build_a_model_of_our_own():
    class Outer(BaseModel):
        inner: "Inner"
    class Inner(BaseModel):
        number: int
    Outer.model_rebuild()
    assert Outer.model_validate({"inner": {"number": 1}}).inner.number == 1

as_it_was = BaseModel.__dict__["model_rebuild"]
loading = threading.Thread(target=load_channel)
loading.start()
while loading.is_alive():
    build_a_model_of_our_own()
    loading.join(0.001)
assert BaseModel.__dict__["model_rebuild"] is as_it_was, "pydantic stays changed"

from aiogram import methods, types
from channels.telegram import channel, methods as ours, used_models
for module in (channel, ours, used_models):
    for name, found in vars(module).items():
        if found is not methods.TelegramMethod and found is not methods.Response:
            is_left = getattr(found, "__pydantic_complete__", True) is False
            assert not (is_left and found.__module__.startswith("aiogram.")), name
known = [found for found in vars(types).values() if hasattr(found, "__pydantic_complete__")]
print(len(known), sum(model.__pydantic_complete__ for model in known))
"""
READ = """
import sys
from pathlib import Path
if sys.argv[1] == "late":
    from channels.telegram.library import load_library
    load_library()
from aiogram import methods, types
print(types.Update.__pydantic_complete__)
for path in sorted(Path(sys.argv[2]).glob("*.json")):
    print(types.Update.model_validate_json(path.read_bytes()).model_dump_json())
for module in (types, methods) if sys.argv[1] == "late" else ():
    for name in module.__all__:
        found = getattr(module, name)
        if hasattr(found, "model_rebuild") and found is not methods.TelegramMethod:
            found.model_rebuild()
            assert found.__pydantic_complete__, name
"""


def run(code: str, *arguments: str) -> list[str]:
    """Return the lines that a fresh process prints."""
    finished = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_a_start_builds_few_of_the_types() -> None:
    """Building all takes 3 s and 100 MB; what another thread builds meanwhile is left alone.

    What the channel uses is built: at its first use it would hold up the loop.
    """
    known, built = map(int, run(LOAD_BESIDE_OTHERS)[0].split())

    assert known > 100
    assert 0 < built < 20


def test_payloads_read_the_same() -> None:
    """What aiogram makes of the recorded updates does not depend on when its types are built.

    And each type and each method can be built late, by the names that aiogram hands over.
    """
    was_built, *plain = run(READ, "plain", str(PAYLOADS))
    was_built_late, *late = run(READ, "late", str(PAYLOADS))

    assert (was_built, was_built_late) == ("True", "False")
    assert len(plain) > 20
    assert late == plain
