"""What the service itself says to people, in English and Chinese."""

from enum import StrEnum


class Phrase(StrEnum):
    """A sentence of the service; the values are its names in the catalog."""

    INBOX_FULL = "inbox_full"
    LANE_FULL = "lane_full"
    QUARANTINED = "quarantined"
    MODEL_DOWN = "model_down"
    DEADLINE_PASSED = "deadline_passed"
    ANSWERS_EXPIRED = "answers_expired"
    SENT_AGAIN = "sent_again"
    STOPPED_TOO_MANY_STEPS = "stopped_too_many_steps"
    STOPPED_TOO_MANY_TOKENS = "stopped_too_many_tokens"
    STOPPED_TOO_LONG = "stopped_too_long"
    STOPPED_REPEATED_CALL = "stopped_repeated_call"
    STOPPED_ALTERNATING_CALLS = "stopped_alternating_calls"
    STOPPED_BROKEN_CALLS = "stopped_broken_calls"
    STOPPED_EMPTY_ANSWER = "stopped_empty_answer"
    STOPPED_CONTEXT_OVERFLOW = "stopped_context_overflow"
    STOPPED_MODEL_REJECTED = "stopped_model_rejected"


ENGLISH: dict[Phrase, str] = {
    Phrase.INBOX_FULL: "I have too much to do just now. Please write again in a few minutes.",
    Phrase.LANE_FULL: (
        "There are {count} messages of this chat waiting already, so I left this one aside. "
        "Please send it again when I have caught up."
    ),
    Phrase.QUARANTINED: (
        "I tried this {attempts} times and was interrupted each time, so I gave up. "
        "`/task {task}` shows what happened."
    ),
    Phrase.MODEL_DOWN: (
        "My language model cannot be reached just now. Your message is kept, and I will answer "
        "as soon as it is back."
    ),
    Phrase.DEADLINE_PASSED: "It is too late for this now, so I left it.",
    Phrase.ANSWERS_EXPIRED: (
        "Some older answers were not sent, because they were more than an hour late. "
        "`/tasks` shows what they were about."
    ),
    Phrase.SENT_AGAIN: "(sent again after an interruption)",
    Phrase.STOPPED_TOO_MANY_STEPS: "I stopped: this took more steps than I may take ({detail}).",
    Phrase.STOPPED_TOO_MANY_TOKENS: "I stopped: this used more than its budget ({detail}).",
    Phrase.STOPPED_TOO_LONG: "I stopped: this took longer than it may ({detail}).",
    Phrase.STOPPED_REPEATED_CALL: "I stopped: I was going in circles ({detail}).",
    Phrase.STOPPED_ALTERNATING_CALLS: "I stopped: I was going in circles ({detail}).",
    Phrase.STOPPED_BROKEN_CALLS: "I stopped: the model's tool calls made no sense ({detail}).",
    Phrase.STOPPED_EMPTY_ANSWER: "The model gave no answer ({detail}). Please try again.",
    Phrase.STOPPED_CONTEXT_OVERFLOW: (
        "This conversation has become too long for the model. `/new` starts a fresh one."
    ),
    Phrase.STOPPED_MODEL_REJECTED: (
        "The language model refused the request, so I cannot answer: {detail}"
    ),
}

CHINESE: dict[Phrase, str] = {
    Phrase.INBOX_FULL: "我现在太忙了，请过几分钟再发。",
    Phrase.LANE_FULL: "这里已有 {count} 条消息在排队，这一条我先放下了。等我处理完请再发一次。",
    Phrase.QUARANTINED: "我试了 {attempts} 次都被中断，只好放弃。`/task {task}` 可以查看经过。",
    Phrase.MODEL_DOWN: "语言模型暂时连不上。你的消息已保存，恢复后我会马上回复。",
    Phrase.DEADLINE_PASSED: "这件事已经过了时限，我没有处理。",
    Phrase.ANSWERS_EXPIRED: "有些较早的回复迟了一个多小时，没有再发送。`/tasks` 可以查看。",
    Phrase.SENT_AGAIN: "（中断后重新发送）",
    Phrase.STOPPED_TOO_MANY_STEPS: "我停下了：步骤超过了上限（{detail}）。",
    Phrase.STOPPED_TOO_MANY_TOKENS: "我停下了：用量超过了预算（{detail}）。",
    Phrase.STOPPED_TOO_LONG: "我停下了：用时超过了上限（{detail}）。",
    Phrase.STOPPED_REPEATED_CALL: "我停下了：我在原地打转（{detail}）。",
    Phrase.STOPPED_ALTERNATING_CALLS: "我停下了：我在原地打转（{detail}）。",
    Phrase.STOPPED_BROKEN_CALLS: "我停下了：模型的工具调用无法理解（{detail}）。",
    Phrase.STOPPED_EMPTY_ANSWER: "模型没有给出回答（{detail}），请再试一次。",
    Phrase.STOPPED_CONTEXT_OVERFLOW: "这段对话太长，模型装不下了。`/new` 可以开始新的对话。",
    Phrase.STOPPED_MODEL_REJECTED: "语言模型拒绝了请求，我无法回答：{detail}",
}


def is_chinese(language: str) -> bool:
    """Tell whether a BCP 47 tag names Chinese."""
    return language.lower().split("-")[0] == "zh"


def say(phrase: Phrase, language: str, **values: object) -> str:
    """Return a sentence in the person's language; English where it is not Chinese."""
    catalog = CHINESE if is_chinese(language) else ENGLISH
    return catalog[phrase].format(**values)
