"""Which tool the offline model calls for a person's words."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_URL = r"(?P<url>https?://[^\s<>`\"'，。）)]*[^\s<>`\"'，。）).,;:!?])"
_FIRST_URL = re.compile(_URL)
_SYMBOL = r"(?P<symbol>\^?[A-Za-z0-9]{1,10}(?:[.=-][A-Za-z0-9]{1,4})?)"
_LIMIT = r"(?P<limit>\d+(?:\.\d+)?)"
_ABOVE = re.compile(r"above|over|高于|超过|涨到", re.IGNORECASE)
_CODE_REVIEW = re.compile(r"\bcode[- ]review(er)?\b|代码审查|代码评审", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A call that the words ask for; `arguments` is JSON text."""

    tool: str
    arguments: str


_Build = Callable[[re.Match[str]], Wish]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    pattern: re.Pattern[str]
    build: _Build


def wish_of(text: str, tools: Iterable[str]) -> Wish | None:
    """Return the first rule's wish whose tool is on offer."""
    on_offer = frozenset(tools)
    for rule in _RULES:
        match = rule.pattern.search(text.strip())
        if match is not None:
            wish = rule.build(match)
            if wish.tool in on_offer:
                return wish
    return None


def _wish(tool: str, arguments: Mapping[str, object]) -> Wish:
    return Wish(tool=tool, arguments=json.dumps(arguments, ensure_ascii=False))


def _skill(name: str, arguments: Mapping[str, object]) -> Wish:
    return _wish("run_extension", {"skill_name": name, "args": arguments})


def _run_named_skill(match: re.Match[str]) -> Wish:
    rest = match["rest"].strip()
    name = match["name"]
    if rest.startswith("{"):
        try:
            return _skill(name, json.loads(rest))
        except ValueError:
            pass  # no JSON after all: the words are read as words
    return _skill(name, _arguments_in_words(name, rest))


def _arguments_in_words(skill: str, words: str) -> dict[str, object]:
    url = _FIRST_URL.search(words)
    arguments: dict[str, object] = {} if url is None else {"url": url["url"]}
    if skill == "rss_subscribe":
        action = re.search(r"\b(subscribe|unsubscribe|list|new)\b", words)
        arguments["action"] = action[1] if action else ("subscribe" if url else "list")
    return arguments


def _feeds(action: str) -> _Build:
    def build(match: re.Match[str]) -> Wish:
        url = match.groupdict().get("url")
        return _skill("rss_subscribe", {"action": action} | ({"url": url} if url else {}))

    return build


def _stock(action: str) -> _Build:
    def build(match: re.Match[str]) -> Wish:
        given = match.groupdict()
        arguments: dict[str, object] = {"action": action}
        if symbol := given.get("symbol"):
            arguments["symbol"] = symbol.upper()
        if limit := given.get("limit"):
            side = "above" if _ABOVE.search(match[0]) else "below"
            arguments[side] = float(limit)
        return _skill("stock_watch", arguments)

    return build


def _weather(match: re.Match[str]) -> Wish:
    return _skill("weather", {"place": match["place"].strip()})


def _notes(action: str, argument: str = "") -> _Build:
    def build(match: re.Match[str]) -> Wish:
        given = {argument: match["words"].strip()} if argument else {}
        return _skill("notes", {"action": action, **given})

    return build


def _search(match: re.Match[str]) -> Wish:
    return _skill("web_search", {"query": match["query"].strip()})


def _skills_for(match: re.Match[str]) -> Wish:
    return _wish("list_extensions", {"query": match["query"].strip()})


def _fetch(match: re.Match[str]) -> Wish:
    return _skill("web_fetch", {"url": match["url"]})


def _dispatch(match: re.Match[str]) -> Wish:
    worker = "code-review" if _CODE_REVIEW.search(match[0]) else "worker"
    instruction = match["job"].strip()
    return _wish(
        "dispatch_worker", {"worker_id": worker, "instruction": instruction, "metadata": {}}
    )


def _rule(pattern: str, build: _Build) -> _Rule:
    return _Rule(pattern=re.compile(pattern, re.IGNORECASE | re.DOTALL), build=build)


# The order matters: the first rule that fits and whose tool is on offer wins.
_RULES = (
    _rule(
        r"^(?:please\s+)?(?:run|execute|运行|执行)[\s:：]*`(?P<command>[^`]+)`",
        lambda match: _wish("bash", {"command": match["command"]}),
    ),
    _rule(
        r"^bash\s*[:：]\s*(?P<command>.+)",
        lambda match: _wish("bash", {"command": match["command"].strip()}),
    ),
    _rule(
        r"^(?:please\s+)?(?:ask|tell|have|let)\s+(?:the\s+|a\s+)?"
        r"(?:worker|code[- ]review(?:er)?(?:\s+worker)?)\b[\s:,]*(?:to\s+)?(?P<job>.+)",
        _dispatch,
    ),
    _rule(
        r"^请?(?:让|叫|请)\s*一?个?\s*(?:代码(?:审查|评审))?(?:工人|worker)"
        r"[\s:：，]*(?:去|来)?(?P<job>.+)",
        _dispatch,
    ),
    _rule(
        r"^(?:please\s+)?(?:run|use|运行|使用)\s*(?:the\s+)?(?:skill\s+|技能\s*)?"
        r"(?P<name>[a-z][a-z0-9]*_[a-z0-9_]+)(?P<rest>.*)",
        _run_named_skill,
    ),
    _rule(  # a name without an underscore could be any word, so its arguments tell that it is one
        r"^(?:please\s+)?(?:run|use|运行|使用)\s*(?:the\s+)?(?:skill\s+|技能\s*)?"
        r"(?P<name>[a-z][a-z0-9-]*)(?P<rest>\s*\{.*\})\s*$",
        _run_named_skill,
    ),
    _rule(  # the packaged names that are such words
        r"^(?:please\s+)?(?:run|use|运行|使用)\s*(?:the\s+)?(?:skill\s+|技能\s*)?"
        r"(?P<name>notes|reminders|summarize|translate|weather)\b(?P<rest>[^`]*)$",
        _run_named_skill,
    ),
    _rule(rf"(?:unsubscribe(?:\s+from)?|取消订阅|退订)\s*{_URL}", _feeds("unsubscribe")),
    _rule(rf"(?:subscribe(?:\s+to)?|订阅)\s*{_URL}", _feeds("subscribe")),
    _rule(
        r"\bwhat(?:['’]s|\s+is)\s+new\b.*\bfeeds?\b|订阅.*(?:更新|新)|(?:更新|新).*订阅",
        _feeds("new"),
    ),
    _rule(
        r"\b(?:list|show|which|what)\b.*\b(?:feeds|subscriptions)\b|(?:哪些|我的|列出).*订阅",
        _feeds("list"),
    ),
    _rule(
        rf"^(?:please\s+)?watch\s+{_SYMBOL}\s+(?:above|over|below|under)\s+{_LIMIT}",
        _stock("add"),
    ),
    _rule(rf"^请?关注\s*{_SYMBOL}\s*(?:高于|超过|涨到|低于|跌到)\s*{_LIMIT}", _stock("add")),
    _rule(rf"\b(?:stock|quote|share price)(?:\s+(?:of|for))?\s+{_SYMBOL}\W*$", _stock("quote")),
    _rule(rf"(?:股价|行情|股票)[\s:：]*{_SYMBOL}\W*$", _stock("quote")),
    _rule(rf"{_SYMBOL}\s*的?(?:股价|行情)", _stock("quote")),
    _rule(r"\b(?:my|the)\s+(?:stocks|watch\s*list)\b|自选股", _stock("list")),
    _rule(r"\bweather\s+(?:in|at|for)\s+(?P<place>[^?!.\n]{2,60})", _weather),
    _rule(
        r"^(?:请?查(?:一下)?|今天|明天)*(?P<place>[^\s，,？?！!。]{2,20}?)(?:今天|明天|现在)?的?天气",
        _weather,
    ),
    _rule(r"^(?:please\s+)?(?:note|remember)\s*[:：]\s*(?P<words>.+)", _notes("add", "text")),
    _rule(r"^请?(?:帮我)?记(?:一下|住|下)[\s:：，,]*(?P<words>.+)", _notes("add", "text")),
    _rule(
        r"\b(?:search|find in)\s+(?:my\s+)?notes\s+(?:for\s+)?(?P<words>.+)",
        _notes("search", "query"),
    ),
    _rule(
        r"(?:搜索?|查找?|找)(?:一下)?(?:我的)?笔记[\s:：，,]*(?P<words>.+)",
        _notes("search", "query"),
    ),
    _rule(r"\b(?:list|show)?\s*my\s+notes\b|(?:我的|列出|有哪些)笔记", _notes("list")),
    _rule(rf"\b(?:fetch|get|open|load|read)\b.*?{_URL}", _fetch),
    _rule(rf"(?:抓取|打开|获取|读取|看看|看一下)\s*{_URL}", _fetch),
    _rule(
        r"^(?:please\s+)?(?:read|show|cat|open|读取|读|打开|查看)(?:\s+the)?(?:\s+file|\s*文件)?\s*"
        r"`?(?P<path>[\w./-]*\w\.\w+)`?\s*[.。]?$",
        lambda match: _wish("read", {"path": match["path"]}),
    ),
    _rule(
        r"\b(?:which|what)\s+skills?\s+(?:can|could|is\s+for|are\s+for)\s+(?P<query>[^?]+)",
        _skills_for,
    ),
    _rule(r"(?:哪个|什么)(?:技能|扩展)(?:可以|能|会)(?P<query>[^？?]+)", _skills_for),
    _rule(
        r"^(?:list\s+)?(?:skills?|extensions?)\W*$"
        r"|\b(?:which|what|list|show|your)\b.*\b(?:skills|extensions)\b|技能|扩展",
        lambda _: _wish("list_extensions", {}),
    ),
    _rule(
        r"\b(?:which|what|list|show|your)\b.*\bworkers\b|(?:哪些|列出).*工人",
        lambda _: _wish("list_workers", {}),
    ),
    _rule(r"^请?帮我\s*(?P<job>(?:查|找|搜|研究|整理|收集|分析).+)", _dispatch),
    _rule(
        r"^(?:please\s+)?(?P<job>(?:look\s+up|find\s+out|research|search\s+for)\b.+)",
        _dispatch,
    ),
    # A worker, who can hand nothing on, looks for it itself.
    _rule(
        r"^(?:look\s+up|find\s+out|research|search(?:\s+the\s+web)?\s+for)\s+(?P<query>.+)", _search
    ),
    _rule(r"^请?(?:上网)?(?:查|搜)(?:一下|找|索)?\s*(?P<query>.+)", _search),
)
