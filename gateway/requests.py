"""How a task's payload is put into words for the Manager."""

from collections.abc import Sequence

from channels.message import AttachmentKind
from gateway.envelope import JsonObject, TaskEnvelope
from gateway.store.files import FileState, ReceivedFile
from workers.tools.protocol import JsonValue

LONGEST_FINDING = 500  # characters
_WITHOUT_FILE = frozenset(kind for kind in AttachmentKind if not kind.is_file)


def requests_text(tasks: Sequence[TaskEnvelope], files: Sequence[ReceivedFile] = ()) -> str:
    """Return what several messages of one person ask together, in their order."""
    return "\n\n".join(
        request_text(task, [one for one in files if one.task_id == task.task_id]) for task in tasks
    )


def request_text(task: TaskEnvelope, files: Sequence[ReceivedFile] = ()) -> str:
    """Return the goal with what came along: a quoted message, spoken words, files, findings."""
    parts = [task.goal]
    quoted = _text(task.payload, "quoted_text")
    if quoted:
        parts.insert(0, "In reply to this message:\n" + _quote(quoted))
    parts += [f"Voice message, transcribed:\n{one.transcript}" for one in files if one.transcript]
    if files:
        parts.append("Attached files:\n" + "\n".join(_file_line(one) for one in files))
    if places := _places(task.payload):
        parts.append("Attached: " + "; ".join(places))
    findings = task.payload.get("findings")
    if isinstance(findings, list) and findings:
        parts.append("\n".join(f"- {_finding(one)}" for one in findings))
    return "\n\n".join(part for part in parts if part)


def has_attachments(task: TaskEnvelope) -> bool:
    """Tell whether anything came with the message of a task."""
    return bool(task.payload.get("attachments"))


def with_paths(answer: str, paths: Sequence[str]) -> str:
    """Return an answer to a question together with the files that came with it."""
    attached = "Attached: " + "; ".join(paths) if paths else ""
    return "\n\n".join(part for part in (answer, attached) if part)


def _text(payload: JsonObject, key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _file_line(file: ReceivedFile) -> str:
    size = "" if file.size_bytes is None else f"{file.size_bytes} bytes"
    facts = ", ".join(fact for fact in (file.kind, file.mime_type, size) if fact)
    match file.state:
        case FileState.STORED:
            return f"- {file.path} ({facts}){_unheard(file)}"
        case FileState.WANTED:
            why = f" ({file.error})" if file.error else ""
            return f"- {file.name} ({facts}): not here yet{why}; it will be at {file.path}"
        case FileState.FAILED:
            return f"- {file.name} ({facts}): could not be fetched: {file.error}"
        case FileState.REMOVED:
            return f"- {file.name} ({facts}): not here any more: {file.error}"


def _unheard(file: ReceivedFile) -> str:
    """Say plainly that nobody knows what a voice message says."""
    if file.kind is not AttachmentKind.VOICE or file.transcript:
        return ""
    return f": what it says could not be written down: {file.error}"


def _places(payload: JsonObject) -> list[str]:
    """Describe what came along and is no file."""
    attachments = payload.get("attachments")
    if not isinstance(attachments, list):
        return []
    return [_place(one) for one in attachments if _is_place(one)]


def _is_place(value: JsonValue) -> bool:
    return isinstance(value, dict) and value.get("kind") in _WITHOUT_FILE


def _place(value: JsonValue) -> str:
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(str(value[key]) for key in ("kind", "name", "file_id") if value.get(key))


def _finding(value: JsonValue) -> str:
    """Write what a heartbeat found on one line: it is material, and may not look like more."""
    if not isinstance(value, dict):
        return str(value)
    facts = (str(value.get(key) or "") for key in ("title", "url"))
    return " ".join(" ".join(facts).split())[:LONGEST_FINDING]
