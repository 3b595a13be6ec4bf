"""Proposed skills in plain words, for those who decide about them."""

import re
from collections.abc import Iterator, Sequence

from gateway.commands.layout import bullets, code, paragraphs, plain
from gateway.phrases import Phrase, say
from gateway.skillshelf.report import Capabilities, ChangeKind, FileChange, ProposalReport
from gateway.store.skills import NewProposal, Proposal
from skills.pinned import SHOWN_DIGITS

MAX_CHANGES = 20
MAX_DIFF_CHARACTERS = 6_000
MAX_DESCRIPTION_CHARACTERS = 300
_FENCE = re.compile(r"`{3,}")


def short(digest: str) -> str:
    """Return the beginning of a hash, by which people name a version."""
    return digest[:SHOWN_DIGITS]


def beginning(text: str, most: int) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def report_of(proposal: Proposal) -> ProposalReport:
    """Read what was found out about a proposal."""
    return ProposalReport.model_validate_json(proposal.report)


def notice(proposal: NewProposal | Proposal, report: ProposalReport, language: str) -> str:
    """Tell an admin of a proposal: who asked, what it may do, what changes, how trials went.

    What the skill itself said in its trials is left out: nobody but the Manager speaks.
    """
    head = Phrase.SKILL_PROPOSED if report.before is None else Phrase.SKILL_PROPOSED_CHANGE
    return paragraphs(
        say(
            head,
            language,
            name=code(proposal.name),
            version=code(short(proposal.digest)),
            who=plain(proposal.asked_by) or "?",
        ),
        plain(beginning(report.description, MAX_DESCRIPTION_CHARACTERS)),
        f"{say(Phrase.SKILL_ABLE, language)}\n\n{_abilities(report, language)}",
        f"{say(Phrase.SKILL_CHANGES, language)}\n\n{bullets(_changes(report.changes, language))}",
        _trials(report, language),
        say(
            Phrase.SKILL_DECIDE,
            language,
            plain_name=proposal.name,
            plain_version=short(proposal.digest),
        ),
    )


def trials(report: ProposalReport) -> str:
    """List the samples with what came of them."""
    return bullets(f"{code(one.arguments)} → {plain(one.said)}" for one in report.trials)


def fenced(diff: str) -> str:
    """Return the beginning of a diff as a block of code that nothing in it can end."""
    shown = diff[:MAX_DIFF_CHARACTERS]
    ends = "\n…" if len(diff) > MAX_DIFF_CHARACTERS else ""
    longest = max((len(run) for run in _FENCE.findall(shown)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}diff\n{shown}{ends}\n{fence}" if shown else ""


def _abilities(report: ProposalReport, language: str) -> str:
    """List what it may do; what the present version may not is marked."""
    before = set(_lines(report.before, language)) if report.before is not None else None
    mark = say(Phrase.SKILL_MARK_NEW, language)
    return bullets(
        line if before is None or line in before else f"**{mark}:** {line}"
        for line in _lines(report.capabilities, language)
    )


def _lines(able: Capabilities, language: str) -> Iterator[str]:
    """Yield each capability; the same capability is the same line."""
    if able.is_guidance:
        yield say(Phrase.SKILL_GUIDANCE, language)
        return
    yield say(Phrase(f"skill_effect_{able.effect}"), language)
    yield _network(able, language)
    yield say(Phrase.SKILL_FILES if able.has_files else Phrase.SKILL_NO_FILES, language)
    if able.settings:
        yield say(Phrase.SKILL_SETTINGS, language, names=_codes(able.settings))
    if able.secrets:
        yield say(Phrase.SKILL_SECRETS, language, names=_codes(able.secrets))
    else:
        yield say(Phrase.SKILL_NO_SECRETS, language)
    if able.is_signal:
        yield say(Phrase.SKILL_SIGNAL, language)
    yield say(Phrase.SKILL_LIMITS, language, seconds=able.timeout_s, megabytes=able.memory_mb)


def _network(able: Capabilities, language: str) -> str:
    if not able.has_network:
        return say(Phrase.SKILL_NO_NETWORK, language)
    if able.hosts is None:
        return say(Phrase.SKILL_ANY_HOST, language)
    hosts = _codes((*able.hosts, *(f"settings.{one}" for one in able.addresses)))
    return say(Phrase.SKILL_HOSTS, language, hosts=hosts or say(Phrase.NONE, language))


def _codes(names: Sequence[str]) -> str:
    return ", ".join(code(name) for name in names)


def _changes(changes: Sequence[FileChange], language: str) -> Iterator[str]:
    words = {
        ChangeKind.ADDED: Phrase.SKILL_CHANGE_ADDED,
        ChangeKind.CHANGED: Phrase.SKILL_CHANGE_CHANGED,
        ChangeKind.REMOVED: Phrase.SKILL_CHANGE_REMOVED,
    }
    for one in changes[:MAX_CHANGES]:
        yield say(
            words[one.kind],
            language,
            path=code(one.path),
            added=one.lines_added,
            removed=one.lines_removed,
        )
    if len(changes) > MAX_CHANGES:
        yield say(Phrase.SKILL_CHANGES_MORE, language, count=len(changes) - MAX_CHANGES)


def _trials(report: ProposalReport, language: str) -> str:
    if report.untried:
        return say(Phrase.SKILL_UNTRIED, language, reason=plain(report.untried))
    if not report.trials:
        return ""
    return say(Phrase.SKILL_TRIALS, language, count=len(report.trials))
