"""The rules of speech: what is asked, and how the outcomes of workers come before the Manager."""

from collections.abc import Sequence

from manager.crew import WorkResult
from manager.tools.workers import as_json


def outcomes_note(results: Sequence[WorkResult]) -> str:
    """Write what background workers came to, for the Manager to judge before it answers."""
    lines = "\n".join(as_json(result) for result in results)
    return (
        "Workers that you started have ended. People do not see these results; read them and "
        f"answer in your own words.\n{lines}"
    )


def question_text(question: str, options: tuple[str, ...]) -> str:
    """Write a question with its options as CommonMark."""
    listed = "\n".join(f"{number}. {option}" for number, option in enumerate(options, start=1))
    return f"{question}\n\n{listed}" if listed else question


def chosen(answer: str, options: tuple[str, ...]) -> str:
    """Return the option that a bare number stands for, else the answer as it is."""
    stripped = answer.strip()
    if stripped.isdecimal() and 1 <= int(stripped) <= len(options):
        return options[int(stripped) - 1]
    return answer
