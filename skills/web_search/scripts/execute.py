"""Searches the web by a SearXNG instance or by Brave's API, whichever is set."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from skills.errors import SkillFailure
from skills.result import SkillContext
from skills.runtime import Runtime
from skills.web_search.scripts.engines import Brave, Engine, Hit, Question, SearXng

DEFAULT_COUNT = 8
# Short, so that it comes through whole where a worker's report is cut to its first line.
NOT_SET = (
    "no search engine: set CREWDESK_SKILL_SETTINGS__WEB_SEARCH__SEARXNG_URL or "
    "CREWDESK_SKILL_SETTINGS__WEB_SEARCH__BRAVE_KEY"
)


async def execute(ctx: SkillContext, params: Mapping[str, JsonValue], runtime: Runtime) -> str:
    """Return the hits of the first engine that answers."""
    count = params.get("count", DEFAULT_COUNT)
    question = Question(
        query=str(params["query"]).strip(),
        count=count if isinstance(count, int) else DEFAULT_COUNT,
        is_news=params.get("category") == "news",
        time_range=str(params.get("time_range", "")),
        language=ctx.language.partition("-")[0].lower(),
    )
    engines = tuple(_engines(runtime))
    if not engines:
        raise SkillFailure("not_configured", NOT_SET)
    failures = []
    for engine in engines:
        try:
            return _page(question, await engine.search(question, runtime.http))
        except SkillFailure as error:
            failures.append(f"{engine.name}: {error.code}: {error.message}")
    raise SkillFailure("search_failed", "; ".join(failures))


def _engines(runtime: Runtime) -> Iterator[Engine]:
    if url := runtime.settings.get("searxng_url"):
        yield SearXng(url)
    if key := runtime.secrets.get("brave_key"):
        yield Brave(runtime.settings["brave_url"], key)


def _page(question: Question, hits: Sequence[Hit]) -> str:
    lines = [
        f"{number}. {hit.title}\n   {hit.url}" + "".join(f"\n   {it}" for it in hit.details)
        for number, hit in enumerate(hits[: question.count], start=1)
    ]
    return "\n".join(lines) or f"Nothing was found for '{question.query}'."
