"""Tests of `workers.models.offline` and its rules."""

import json

import pytest

from workers.models.offline import OfflineModel
from workers.models.protocol import (
    AssistantTurn,
    Item,
    ModelAnswer,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolOutput,
    ToolSpec,
    UserText,
)

PRIMITIVES = ("read", "write", "edit", "bash")
MANAGER = (*PRIMITIVES, "list_workers", "dispatch_worker", "list_extensions", "run_extension")


def specs(names: tuple[str, ...]) -> tuple[ToolSpec, ...]:
    """Return tools of those names."""
    return tuple(ToolSpec(name=name, description="", parameters="{}") for name in names)


async def ask(text: str, *more: Item, tools: tuple[str, ...] = MANAGER) -> ModelAnswer:
    """Return the answer to a text, and check that the deltas said the same."""
    request = ModelRequest(instructions="", items=(UserText(text=text), *more), tools=specs(tools))
    *deltas, answer = [event async for event in OfflineModel().stream(request)]
    assert isinstance(answer, ModelAnswer)
    assert answer.text == "".join(one.text for one in deltas if isinstance(one, TextDelta))
    assert bool(answer.text) is not bool(answer.tool_calls)
    return answer


async def call_for(text: str, tools: tuple[str, ...] = MANAGER) -> tuple[str, object]:
    """Return the one tool call that a text leads to, with parsed arguments."""
    answer = await ask(text, tools=tools)
    (call,) = answer.tool_calls
    return call.name, json.loads(call.arguments)


async def report_of(name: str, output: str, text: str = "do it") -> str:
    """Return what is said when a tool has returned `output`."""
    call = ToolCall(call_id="c", name=name, arguments="{}")
    turn = AssistantTurn(text="", tool_calls=(call,))
    return (await ask(text, turn, ToolOutput(call_id="c", output=output))).text


@pytest.mark.parametrize(
    ("text", "label", "greeting"),
    [("Hello", "[offline model]", "Hello!"), ("你好", "［离线模型］", "你好！")],
)
async def test_a_greeting_is_answered_in_its_language(text: str, label: str, greeting: str) -> None:
    """By the Manager itself, labelled, with a hint how to go on."""
    answer = (await ask(text)).text
    assert answer.startswith(f"{label} {greeting}")
    assert "example.org" in answer


@pytest.mark.parametrize("text", ["who are you?", "help", "帮助", "How do I connect a model?"])
async def test_it_explains_how_to_connect_a_model(text: str) -> None:
    """So that a newcomer gets further."""
    assert "OPENAI_API_KEY" in (await ask(text)).text


@pytest.mark.parametrize("text", ["Why is the sky blue?", "天为什么是蓝的？"])
async def test_what_no_rule_covers_is_not_guessed(text: str) -> None:
    """It says so instead."""
    answer = (await ask(text)).text
    assert "won't guess" in answer or "不会瞎猜" in answer


@pytest.mark.parametrize("text", ["translate this letter", "总结这份文档", "Summarise the page"])
async def test_what_takes_a_real_model_is_said_so(text: str) -> None:
    """With what to set."""
    answer = (await ask(text)).text
    assert "takes a real model" in answer or "需要真正的模型" in answer
    assert "OPENAI_API_KEY" in answer


FEED = "https://example.org/feed.xml"
READS = [
    ("which skills are there?", "list_extensions", {}),
    ("有哪些技能", "list_extensions", {}),
    ("which skill can translate a text?", "list_extensions", {"query": "translate a text"}),
    ("哪个技能可以查新闻", "list_extensions", {"query": "查新闻"}),
    ("list workers", "list_workers", {}),
    ("read notes.txt", "read", {"path": "notes.txt"}),
    ("读取 docs/a-b.md", "read", {"path": "docs/a-b.md"}),
    ("run `ls -l`", "bash", {"command": "ls -l"}),
    ("运行 `ls`", "bash", {"command": "ls"}),
    ("bash: ls | wc -l", "bash", {"command": "ls | wc -l"}),
]
SKILLS: list[tuple[str, str, dict[str, str | float]]] = [
    (f"fetch {FEED}.", "web_fetch", {"url": FEED}),
    (f"抓取 {FEED}", "web_fetch", {"url": FEED}),
    (f"run web_fetch {FEED}", "web_fetch", {"url": FEED}),
    (f'run web_fetch {{"url": "{FEED}"}}', "web_fetch", {"url": FEED}),
    ('run weather {"place": "Berlin"}', "weather", {"place": "Berlin"}),
    (f"Please subscribe to {FEED}", "rss_subscribe", {"action": "subscribe", "url": FEED}),
    (f"订阅 {FEED}", "rss_subscribe", {"action": "subscribe", "url": FEED}),
    (f"unsubscribe {FEED}", "rss_subscribe", {"action": "unsubscribe", "url": FEED}),
    ("run reminders", "reminders", {}),
    (f"run summarize {FEED}", "summarize", {"url": FEED}),
    ("运行 translate", "translate", {}),
    (f"run rss_subscribe {FEED}", "rss_subscribe", {"action": "subscribe", "url": FEED}),
    ("run rss_subscribe list", "rss_subscribe", {"action": "list"}),
    ("what is new in my feeds", "rss_subscribe", {"action": "new"}),
    ("订阅有什么更新", "rss_subscribe", {"action": "new"}),
    ("quote AAPL", "stock_watch", {"action": "quote", "symbol": "AAPL"}),
    ("What is the share price of sap.de?", "stock_watch", {"action": "quote", "symbol": "SAP.DE"}),
    ("AAPL 股价", "stock_watch", {"action": "quote", "symbol": "AAPL"}),
    ("查股价 0700.HK", "stock_watch", {"action": "quote", "symbol": "0700.HK"}),
    (
        "watch AAPL above 200",
        "stock_watch",
        {"action": "add", "symbol": "AAPL", "above": 200.0},
    ),
    ("关注 AAPL 低于 99.5", "stock_watch", {"action": "add", "symbol": "AAPL", "below": 99.5}),
    ("我的自选股", "stock_watch", {"action": "list"}),
    ("How is the weather in New York?", "weather", {"place": "New York"}),
    ("北京天气", "weather", {"place": "北京"}),
    ("查一下上海明天的天气", "weather", {"place": "上海"}),
    ("note: milk is out", "notes", {"action": "add", "text": "milk is out"}),
    ("帮我记一下：买牛奶", "notes", {"action": "add", "text": "买牛奶"}),
    ("search my notes for milk", "notes", {"action": "search", "query": "milk"}),
    ("搜笔记 牛奶", "notes", {"action": "search", "query": "牛奶"}),
    ("my notes", "notes", {"action": "list"}),
    ("我的笔记", "notes", {"action": "list"}),
]
JOBS = [
    ("ask the worker to count the words", "worker", "count the words"),
    ("Tell a worker: count", "worker", "count"),
    ("ask the code-review worker to look at a.py", "code-review", "look at a.py"),
    ("让工人写一首诗", "worker", "写一首诗"),
    ("帮我查新闻", "worker", "查新闻"),
]


@pytest.mark.parametrize(("text", "tool", "arguments"), READS)
async def test_words_lead_to_a_tool(text: str, tool: str, arguments: dict[str, str]) -> None:
    """In both languages."""
    assert await call_for(text) == (tool, arguments)


@pytest.mark.parametrize(("text", "skill", "arguments"), SKILLS)
async def test_words_lead_to_a_skill(
    text: str, skill: str, arguments: dict[str, str | float]
) -> None:
    """With the arguments that the skill knows."""
    expected = {"skill_name": skill, "args": arguments}
    assert await call_for(text) == ("run_extension", expected)


@pytest.mark.parametrize(("text", "worker", "instruction"), JOBS)
async def test_a_job_goes_to_a_worker(text: str, worker: str, instruction: str) -> None:
    """The instruction is the person's, without the address."""
    expected = {"worker_id": worker, "instruction": instruction, "metadata": {}}
    assert await call_for(text) == ("dispatch_worker", expected)


async def test_a_tool_that_is_not_on_offer_is_not_called() -> None:
    """The request decides what can be done."""
    assert not (await ask("list workers", tools=("dispatch_worker",))).tool_calls


async def test_a_worker_answers_its_instruction_plainly() -> None:
    """It repeats what it was asked, adds nothing, and says what it is."""
    answer = (await ask("查新闻", tools=PRIMITIVES)).text
    assert answer.startswith("［离线模型］")
    assert "查新闻" in answer


async def test_a_worker_uses_its_tools() -> None:
    """The same rules, for the tools that it has."""
    assert await call_for("read a.txt", tools=PRIMITIVES) == ("read", {"path": "a.txt"})


async def test_a_workers_first_line_says_what_happened() -> None:
    """It is what the Manager passes on."""
    call = ToolCall(call_id="c", name="run_extension", arguments="{}")
    output = {"ok": False, "result": "", "error": "execution_error", "message": "not_set: so."}
    items = (
        AssistantTurn(text="", tool_calls=(call,)),
        ToolOutput(call_id="c", output=json.dumps(output)),
    )
    answer = await ask("search for x", *items, tools=PRIMITIVES)
    assert answer.text == "[offline model] `run_extension` did not succeed: not_set: so."


@pytest.mark.parametrize(
    ("text", "query"),
    [("查新闻", "新闻"), ("搜索芦苇", "芦苇"), ("search the web for reeds", "reeds")],
)
async def test_a_worker_searches_for_what_it_was_asked(text: str, query: str) -> None:
    """By a skill, for it can hand nothing on; the Manager hands the same words to a worker."""
    expected = {"skill_name": "web_search", "args": {"query": query}}
    assert await call_for(text, (*PRIMITIVES, "run_extension")) == ("run_extension", expected)


async def test_a_workers_result_is_reported() -> None:
    """By its summary, in a sentence of the Manager's own."""
    output = {"ok": True, "worker_id": "worker", "result": "long", "summary": "Three items."}
    answer = await report_of("dispatch_worker", json.dumps(output), text="帮我查新闻")
    assert answer == "［离线模型］ 工人 `worker` 已完成，报告如下：\nThree items."


async def test_a_failure_is_reported_as_one() -> None:
    """With the reason that the tool gave."""
    output = {"ok": False, "result": None, "error": "skill_not_found", "message": "No such skill."}
    answer = await report_of("run_extension", json.dumps(output))
    assert "did not succeed" in answer
    assert "No such skill." in answer


async def test_a_list_is_rendered_as_a_list() -> None:
    """Names with their descriptions."""
    output = json.dumps([{"skill_name": "web_fetch", "description": "Fetches a page."}])
    assert "- `web_fetch` Fetches a page." in await report_of("list_extensions", output)


@pytest.mark.parametrize("output", ["", "plain text", "[" * 100_000, "x" * 100_000, "7", "null"])
async def test_any_output_can_be_reported(output: str) -> None:
    """Briefly."""
    assert 20 < len(await report_of("bash", output)) < 2000


async def test_the_newest_words_count() -> None:
    """Outputs of an earlier request are done with."""
    done = AssistantTurn(text="Done.")
    answer = await ask("read a.txt", ToolOutput(call_id="c", output="A"), done, UserText(text="hi"))
    assert "Hello!" in answer.text
