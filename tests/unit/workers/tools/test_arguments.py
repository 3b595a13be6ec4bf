"""What becomes of the arguments that a model writes."""

import pytest

from workers.errors import ToolError
from workers.models.protocol import ToolSpec
from workers.tools.arguments import integer_argument, parse_arguments, text_argument
from workers.tools.protocol import Arguments

ARGUMENTS: Arguments = {"path": "a", "limit": 5, "flag": True}
SPEC = ToolSpec(
    name="read",
    description="",
    parameters='{"type": "object", "properties": {"path": {"type": "string"}, "n": {}}}',
)


def message_of(text: str) -> str:
    """Return the sentence with which arguments are refused."""
    with pytest.raises(ToolError) as raised:
        parse_arguments(SPEC, text)
    assert raised.value.code == "bad_arguments"
    return raised.value.message


def test_fitting_arguments_are_returned() -> None:
    """JSON that fits the schema becomes values."""
    assert parse_arguments(SPEC, '{"path": "a", "n": [1, null]}') == {"path": "a", "n": [1, None]}


@pytest.mark.parametrize("text", ["", "  ", "{}"])
def test_no_arguments_may_be_said_with_nothing(text: str) -> None:
    """Some servers send an empty text."""
    assert parse_arguments(SPEC, text) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"path": "a', "not valid JSON"),
        ('{"path": "a"} {}', "not valid JSON"),
        ('{"n": NaN}', "NaN is not JSON"),
        ('{"path": "\\ud800"}', "not valid JSON"),
        ('["a"]', "must be a JSON object, not list"),
        ('{"path": 5}', "path: 5 is not of type 'string' (tool 'read')"),
        ('{"n": ' + "[" * 40 + "]" * 40 + "}", "nested deeper"),
        ('{"n": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper"),
        ('{"n": ' + "9" * 10_000 + "}", "not valid JSON"),
        ('{"path": "' + "x" * 1_000_000 + '"}', "longer than"),
    ],
)
def test_a_mistake_is_said(text: str, words: str) -> None:
    """The model reads what was wrong, down to the field."""
    assert words in message_of(text)


def test_nesting_up_to_the_limit_is_fine() -> None:
    """The depth limit counts levels, the outermost object being the first."""
    parse_arguments(SPEC, '{"n": ' + "[" * 31 + "]" * 31 + "}")

    assert "nested" in message_of('{"n": ' + "[" * 32 + "]" * 32 + "}")


def test_values_are_taken_out_by_type() -> None:
    """Texts and whole numbers are checked where they are used."""
    assert text_argument(ARGUMENTS, "path") == "a"
    assert integer_argument(ARGUMENTS, "limit", 1) == 5
    assert integer_argument(ARGUMENTS, "offset", 1) == 1
    for name in ("flag", "path"):
        with pytest.raises(ToolError):
            integer_argument(ARGUMENTS, name, 1)
    with pytest.raises(ToolError):
        text_argument(ARGUMENTS, "missing")
