"""The list of tasks, as lines and as JSON."""

import json
from uuid import UUID

from gateway.cli.screen import Style
from gateway.cli.tasks import TaskList, as_json, table
from gateway.lifecycle import TaskStatus
from tests.doubles.records import ADA_ID, after, make_task

OTHER_ID = UUID("0b1c0000-0000-4000-8000-000000000009")
NAMES = {ADA_ID: "Ada"}


def test_a_task_is_one_line_of_columns() -> None:
    """Id, mark, status, source, age, person and goal stand under their headings."""
    listed = TaskList(tasks=[make_task(is_tracked=True)], names=NAMES)

    lines = [line.text for line in table(listed, after(120))]

    assert lines == [
        "id           status     source     age    who  goal",
        "7f3a0000  *  completed  user_chat  2 min  Ada  hello",
    ]


def test_small_talk_has_no_mark_and_an_unknown_person_a_dash() -> None:
    """The star tells what `/tasks` shows from what it leaves out."""
    listed = TaskList(tasks=[make_task()], names={})

    line = table(listed, after(1))[1].text

    assert line.split() == ["7f3a0000", "completed", "user_chat", "1", "s", "-", "hello"]


def test_columns_keep_their_places_behind_wide_characters() -> None:
    """A Chinese character takes two cells of a terminal."""
    tasks = [make_task(goal="first"), make_task(goal="second")]
    wide = TaskList(tasks=tasks[:1], names={ADA_ID: "小明"})
    narrow = TaskList(tasks=tasks[:1], names={ADA_ID: "Adam"})

    ends = [table(one, after(1))[1].text.index("first") for one in (wide, narrow)]

    assert ends[1] - ends[0] == 2  # two characters fewer, the same four cells


def test_a_failed_task_stands_out() -> None:
    """On a terminal the line has its own style."""
    listed = TaskList(tasks=[make_task(status=TaskStatus.FAILED)], names=NAMES)

    assert [line.style for line in table(listed, after(1))] == [Style.HEADING, Style.BAD]


def test_no_tasks_are_said_to_be_none() -> None:
    """An empty table would look like a mistake."""
    assert [line.text for line in table(TaskList(tasks=[], names={}), after(0))] == ["no tasks"]


def test_json_holds_whole_ids_and_goals() -> None:
    """Machines get what the columns cut off."""
    listed = TaskList(tasks=[make_task(task_id=OTHER_ID, goal="g" * 500)], names=NAMES)

    (row,) = json.loads(as_json(listed))

    assert row["task_id"] == str(OTHER_ID)
    assert row["goal"] == "g" * 500
    assert (row["status"], row["priority"], row["who"]) == ("completed", "high", "Ada")
