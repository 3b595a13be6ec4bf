"""What the offline model says, in English and Chinese."""

import re
from dataclasses import dataclass

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The offline model's whole vocabulary in one language; `label` begins every answer."""

    label: str
    greeting: str
    about: str
    abilities: str
    not_by_rules: str
    needs_words: str
    instruction: str
    connect: str
    worker_done: str
    tool_done: str
    failed: str
    nothing: str
    clipped: str


ENGLISH = Phrases(
    label="[offline model]",
    greeting="Hello!",
    about="I follow a few fixed rules and understand no more than these; no key is needed.",
    abilities=(
        "Try: `which skills are there?` · `fetch https://example.org` · "
        "`subscribe to https://example.org/feed.xml` · `what is new in my feeds` · "
        "`weather in Berlin` · `quote AAPL` · `note: …` · `which skill can translate` · "
        "`read notes.txt` · `` run `ls` `` · `ask the worker to …`"
    ),
    not_by_rules="My rules don't cover this, and I won't guess.",
    needs_words="To summarise or translate takes a real model, and I am none.",
    instruction="I was asked: “{text}”.",
    connect=(
        "To connect a real model, set `OPENAI_API_KEY` (and `OPENAI_BASE_URL` for a compatible "
        "server) and `CREWDESK_MODEL__NAME`, then start again; `crewdesk doctor` checks them."
    ),
    worker_done="The worker `{name}` has finished and reports:",
    tool_done="`{name}` returned:",
    failed="`{name}` did not succeed:",
    nothing="(nothing)",
    clipped="… ({count} more characters)",
)
CHINESE = Phrases(
    label="［离线模型］",
    greeting="你好！",
    about="我只按几条固定规则工作，此外什么都不懂；不需要密钥。",
    abilities=(
        "可以试试：`有哪些技能` · `抓取 https://example.org` · "
        "`订阅 https://example.org/feed.xml` · `订阅有什么更新` · `北京天气` · "
        "`AAPL 股价` · `记一下：…` · `哪个技能可以翻译` · `读取 notes.txt` · "
        "`` 运行 `ls` `` · `让工人…`"
    ),
    not_by_rules="我的规则里没有这一条，我也不会瞎猜。",
    needs_words="总结和翻译需要真正的模型，我不是。",
    instruction="收到的任务是：“{text}”。",
    connect=(
        "要接入真正的模型，请设置 `OPENAI_API_KEY`（兼容服务器再加 `OPENAI_BASE_URL`）和 "
        "`CREWDESK_MODEL__NAME`，然后重新启动；`crewdesk doctor` 会检查它们。"
    ),
    worker_done="工人 `{name}` 已完成，报告如下：",
    tool_done="`{name}` 的结果：",
    failed="`{name}` 没有成功：",
    nothing="（空）",
    clipped="…（还有 {count} 个字符）",
)


def phrases_for(text: str) -> Phrases:
    """Choose the language of a person's words."""
    return CHINESE if _CHINESE.search(text) else ENGLISH
