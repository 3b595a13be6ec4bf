"""A small deterministic model without a key, so that a newcomer sees the whole path at work."""

import json
import re
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

from workers.models.answer import AnswerBuilder
from workers.models.offline_phrases import Phrases, phrases_for
from workers.models.offline_rules import wish_of
from workers.models.protocol import (
    AssistantTurn,
    Item,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolOutput,
    UserText,
)

_MAX_EXCERPT_CHARS = 1500
_WORDS_PER_DELTA = 12
_GREETING = re.compile(
    r"^\s*(hello|hi|hey|good (morning|evening)|你好|您好|嗨|早上好|晚上好)", re.IGNORECASE
)
_ABOUT = re.compile(
    r"\b(who|what) are you\b|\bhelp\b|\bmodel\b|\bkey\b|你是谁|帮助|模型|密钥", re.IGNORECASE
)
_WORDING = re.compile(
    r"\b(summari[sz]e|summary|sum up|translat(e|ion))\b|总结|概括|摘要|翻译|翻成|译成",
    re.IGNORECASE,
)


class OfflineModel:
    """Answers by fixed rules, from the request alone, in English or Chinese.

    It calls at most one tool per request of a person, says nothing that it was not given, and
    begins each answer with a label that tells what it is.
    """

    def __init__(self) -> None:
        self.name = "offline"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model.stream`; it neither waits nor fails."""
        answer = AnswerBuilder(self.name, request)
        wish, outputs = _request_and_outputs(request.items)
        call = None if outputs else wish_of(wish, (tool.name for tool in request.tools))
        if call is not None:
            answer.add_call("", call.tool, call.arguments)
        else:
            for piece in _pieces(_speech(request, wish, outputs)):
                yield TextDelta(text=answer.add_text(piece))
        yield answer.build(timedelta(0))


def _request_and_outputs(items: Sequence[Item]) -> tuple[str, tuple[ToolOutput, ...]]:
    """Return the newest words and the tool outputs since then."""
    outputs: list[ToolOutput] = []
    for item in reversed(items):
        if isinstance(item, UserText):
            return item.text, tuple(reversed(outputs))
        if isinstance(item, ToolOutput):
            outputs.append(item)
    return "", tuple(reversed(outputs))


def _speech(request: ModelRequest, wish: str, outputs: Sequence[ToolOutput]) -> str:
    phrases = phrases_for(wish)
    is_manager = any(tool.name == "dispatch_worker" for tool in request.tools)
    if outputs:
        calls = _calls_by_id(request.items)
        # Of a worker's answer the first line is its summary, so that line must say something.
        gap = "\n" if is_manager else " "
        parts = [gap.join(_report(it, calls.get(it.call_id), phrases)) for it in outputs]
    elif is_manager:
        parts = _as_manager(wish, phrases)
    else:
        instruction = phrases.instruction.format(text=_excerpt(wish, phrases))
        parts = [instruction, phrases.not_by_rules, phrases.connect]
    return f"{phrases.label} " + "\n\n".join(parts)


def _as_manager(wish: str, phrases: Phrases) -> list[str]:
    if _GREETING.search(wish):
        return [f"{phrases.greeting} {phrases.about}", phrases.abilities]
    if _ABOUT.search(wish):
        return [phrases.about, phrases.abilities, phrases.connect]
    if _WORDING.search(wish):
        return [phrases.needs_words, phrases.connect]
    return [phrases.not_by_rules, phrases.abilities, phrases.connect]


def _report(output: ToolOutput, call: ToolCall | None, phrases: Phrases) -> tuple[str, str]:
    """Return a sentence of our own on what a tool returned, and an excerpt of its content."""
    name = call.name if call else "?"
    result = _loaded(output.output)
    headline, content = phrases.tool_done.format(name=name), result
    if isinstance(result, dict) and "ok" in result:
        content = result.get("summary") or result.get("result")
        if not result["ok"]:
            headline = phrases.failed.format(name=name)
            content = result.get("message") or result.get("error")
        elif name == "dispatch_worker":
            headline = phrases.worker_done.format(name=result.get("worker_id", "worker"))
    return headline, _excerpt(_plain(content), phrases)


def _plain(value: object) -> str:
    """Render a JSON value as lines that a person reads."""
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return "\n".join(f"- {_in_line(entry)}" for entry in value)
        case dict():
            return "\n".join(f"- {key}: {_in_line(entry)}" for key, entry in value.items())
        case _:
            return json.dumps(value)


def _in_line(value: object) -> str:
    name = (value.get("name") or value.get("skill_name")) if isinstance(value, dict) else None
    if isinstance(value, dict) and name:
        description = value.get("description") or value.get("summary") or ""
        return f"`{name}` {description}".rstrip()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _excerpt(text: str, phrases: Phrases) -> str:
    text = text.strip()
    if not text:
        return phrases.nothing
    more = len(text) - _MAX_EXCERPT_CHARS
    return text if more <= 0 else text[:_MAX_EXCERPT_CHARS] + phrases.clipped.format(count=more)


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _calls_by_id(items: Sequence[Item]) -> dict[str, ToolCall]:
    turns = (item for item in items if isinstance(item, AssistantTurn))
    return {call.call_id: call for turn in turns for call in turn.tool_calls}


def _pieces(text: str) -> list[str]:
    words = re.findall(r"\s*\S+", text)
    starts = range(0, len(words), _WORDS_PER_DELTA)
    return ["".join(words[start : start + _WORDS_PER_DELTA]) for start in starts]
