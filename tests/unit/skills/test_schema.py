"""Sentences about values that break their schema."""

import pytest

from skills.schema import schema_mistake, violation

SCHEMA = """{"type": "object", "properties": {"count": {"type": "integer", "minimum": 1}},
             "required": ["count"], "additionalProperties": false}"""


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"count": "x"}, "count: 'x' is not of type 'integer'"),
        ({"count": 0}, "count: 0 is less than the minimum of 1"),
        ({}, "'count' is a required property"),
        ({"count": 1, "size": 2}, "'size' was unexpected"),
        ([], "is not of type 'object'"),
    ],
)
def test_a_violation_names_the_field(value: object, named: str) -> None:
    """The sentence names the field and what was expected."""
    assert named in violation(SCHEMA, value)


def test_a_fitting_value_is_no_violation() -> None:
    """Nothing is said of a value that fits."""
    assert violation(SCHEMA, {"count": 1}) == ""


def test_a_long_value_is_not_repeated_whole() -> None:
    """The sentence stays short."""
    assert len(violation(SCHEMA, {"count": "x" * 100_000})) < 500


def test_a_schema_with_a_mistake_is_named() -> None:
    """A schema must be one, and for an object."""
    assert schema_mistake({"type": "object"}) == ""
    assert "object" in schema_mistake({"type": "array"})
    assert "properties.a.type" in schema_mistake(
        {"type": "object", "properties": {"a": {"type": "text"}}}
    )
