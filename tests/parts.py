"""What the machine must have for some tests, and what happens where it has not."""

import os
from typing import NoReturn

import pytest

from skills.confinement import is_enforced

REQUIRE_ALL_VARIABLE = "CREWDESK_TEST_REQUIRE_ALL"  # set by `.ci/run`


def is_everything_required() -> bool:
    """Say whether a missing part is a failure."""
    return os.environ.get(REQUIRE_ALL_VARIABLE) == "1"


def require(part: str, reason: str) -> NoReturn:
    """Skip the test because `part` was not found; fail it where everything is required."""
    sentence = f"{part} is missing: {reason}"
    if is_everything_required():
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def needs_landlock() -> None:
    """Skip the test where the kernel has no Landlock: unlike other parts, nobody can provide it."""
    if not is_enforced():
        pytest.skip("this kernel has no Landlock")
