"""What a starting gateway loads, and when."""

import re
from pathlib import Path

from tests.acceptance.scene import opened

PRINTS_IMPORTS = "PYTHONPROFILEIMPORTTIME"  # makes Python write the name of every import
IMPORTED = re.compile(r"\| +([a-z]\w*)(?:\.[\w.]+)?$", re.MULTILINE)


async def test_libraries_are_loaded_one_after_the_other(tmp_path: Path) -> None:
    """Two imports at once share one processor, and would hold up the first poll."""
    async with opened(tmp_path / "data", {PRINTS_IMPORTS: "1"}) as scene:
        await scene.member().asks("hello")
        await scene.gateway.eventually(
            lambda: "| jsonschema" in re.sub(" +", " ", scene.gateway.log_text), "the last one"
        )
        imported = IMPORTED.findall(scene.gateway.log_text)

    last_of_channel = len(imported) - imported[::-1].index("aiogram")
    assert last_of_channel < imported.index("openai")
    assert imported.index("httpx2") < imported.index("jsonschema")
