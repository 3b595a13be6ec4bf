"""A worker never learns where its work came from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from gateway.config.sections import ToolSettings
from gateway.crew import instruction_text
from gateway.store.jobs import Job, JobStatus
from gateway.workshop import Workshop
from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.runner import SkillRunner
from souls.catalog import PACKAGED_SOULS, SoulCatalog
from tests.doubles.model_answering import AnsweringModel

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
JOB = Job(
    job_id=UUID(int=1),
    task_id=UUID(int=2),
    worker_id="worker",
    instruction="查新闻",
    metadata='{"b": 1, "a": "日"}',
    status=JobStatus.QUEUED,
    is_awaited=True,
    attempt=0,
    result="",
    error="",
    error_code="",
    created_at=START,
    started_at=None,
    ended_at=None,
)


def test_the_same_order_is_the_same_input() -> None:
    """Byte for byte, whichever task it serves, when, and for the how manieth time."""
    other = replace(
        JOB,
        job_id=UUID(int=3),
        task_id=UUID(int=4),
        metadata='{"a": "日", "b": 1}',
        status=JobStatus.RUNNING,
        is_awaited=False,
        attempt=3,
        created_at=START + timedelta(days=1),
        started_at=START,
    )

    assert instruction_text(JOB) == '查新闻\n\nFurther facts: {"a": "日", "b": 1}'
    assert instruction_text(other).encode() == instruction_text(JOB).encode()


def test_an_order_without_facts_is_the_instruction_alone() -> None:
    """No word is added."""
    assert instruction_text(replace(JOB, metadata="{}")) == "查新闻"


@pytest.mark.parametrize(("user", "language"), [("", ""), ("42", "zh"), ("7", "en")])
def test_the_tools_on_offer_are_the_same(tmp_path: Path, user: str, language: str) -> None:
    """Whoever asked, in whichever conversation and language."""
    workshop = Workshop(
        souls=SoulCatalog([PACKAGED_SOULS]),
        skills=SkillCatalog([PACKAGED_SKILLS]),
        runner=SkillRunner(),
        model=lambda _: AnsweringModel(),
        data_dir=tmp_path,
        tools=ToolSettings(),
        context_tokens=1_000,
    )

    here = workshop.shared_tools(tmp_path / "a", user, language)
    there = workshop.shared_tools(tmp_path / "b", "1", "de")

    assert [tool.spec for tool in here] == [tool.spec for tool in there]
