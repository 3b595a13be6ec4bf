"""How a task's payload is put into words for the Manager."""

from collections.abc import Sequence

from gateway.envelope import JsonObject, TaskEnvelope
from workers.tools.protocol import JsonValue


def requests_text(tasks: Sequence[TaskEnvelope]) -> str:
    """Return what several messages of one person ask together, in their order."""
    return "\n\n".join(request_text(task) for task in tasks)


def request_text(task: TaskEnvelope) -> str:
    """Return the goal with what came along: the quoted message and the attachments."""
    parts = [task.goal]
    quoted = _text(task.payload, "quoted_text")
    if quoted:
        parts.insert(0, "In reply to this message:\n" + _quote(quoted))
    attachments = task.payload.get("attachments")
    if isinstance(attachments, list) and attachments:
        parts.append("Attached: " + "; ".join(_attachment(one) for one in attachments))
    return "\n\n".join(part for part in parts if part)


def _text(payload: JsonObject, key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _attachment(value: JsonValue) -> str:
    if not isinstance(value, dict):
        return str(value)
    facts = [str(value[key]) for key in ("kind", "name", "mime_type") if value.get(key)]
    size = value.get("size_bytes")
    return ", ".join([*facts, f"{size} bytes"] if size else facts)
