"""The command /skills: the list for members, and for admins what was proposed and decided."""

import re
from collections.abc import Callable, Sequence

from gateway.commands.call import Call
from gateway.commands.command import Reply, SkillsDecided
from gateway.commands.layout import ago, bullets, code, paragraphs, plain
from gateway.commands.service import list_skills
from gateway.commands.skill_words import fenced, notice, report_of, short, trials
from gateway.parts import notice_to
from gateway.phrases import Phrase, say
from gateway.store import conversations, outbox, skills
from gateway.store.skills import NO_VERSION, Pin, Proposal, ProposalState
from gateway.store.statement import Script

# Where the files are that people may want to look at; those of others are not kept.
FOLDERS = {ProposalState.OPEN: "skill-staging", ProposalState.APPROVED: "skill-versions"}
HASH = re.compile(r"[0-9a-f]{8,64}")  # fewer digits could mean another version by chance

Words = Sequence[str]


def answer(call: Call) -> Script[Reply]:
    """List the skills, or do what an admin asks for behind the name of the command."""
    asked, *words = call.command.argument.split() or [""]
    answer_it = ANSWERS.get(asked.lower())
    if answer_it is None:
        if asked and call.is_admin:
            return call.reply(Phrase.SKILLS_USAGE)
        return (yield from _listed(call))
    if not call.is_admin:
        return call.reply(Phrase.COMMAND_FOR_ADMINS, name=code(f"/skills {asked.lower()}"))
    return (yield from answer_it(call, words))


def _listed(call: Call) -> Script[Reply]:
    """List what can be run; tell admins how many proposals wait."""
    listed = yield from list_skills(call)
    waiting = (yield from skills.list_open()) if call.is_admin else ()
    note = call.say(Phrase.SKILLS_WAITING, count=len(waiting)) if waiting else ""
    return Reply(text=paragraphs(listed.text, note))


def _pending(call: Call, words: Words) -> Script[Reply]:
    """List what waits for a decision."""
    del words
    waiting = yield from skills.list_open()
    if not waiting:
        return call.reply(Phrase.SKILLS_PENDING_NONE)
    lines = bullets(f"{code(one.name)} {_version_line(call, one)}" for one in waiting)
    return Reply(text=paragraphs(lines, call.say(Phrase.SKILLS_USAGE)))


def _show(call: Call, words: Words) -> Script[Reply]:
    """Show what waits for a decision about a skill, or else what was decided last: all of it."""
    if len(words) != 1:
        return call.reply(Phrase.SKILLS_USAGE)
    known = yield from skills.history(words[0])
    if not known:
        return call.reply(Phrase.SKILL_UNKNOWN, name=code(words[0]))
    one, report = known[-1], report_of(known[-1])
    folder = FOLDERS.get(one.state)
    path = code(f"{folder}/{one.name}/{one.digest}")
    return Reply(
        text=paragraphs(
            notice(one, report, call.language)
            if one.state is ProposalState.OPEN
            else f"{code(one.name)} {_version_line(call, one)}",
            trials(report),
            fenced(one.diff),
            call.say(Phrase.SKILL_STAGED, path=path) if folder else "",
        )
    )


def _history(call: Call, words: Words) -> Script[Reply]:
    """List all versions that were proposed for a skill, and which one is in force."""
    if len(words) != 1:
        return call.reply(Phrase.SKILLS_USAGE)
    known = yield from skills.history(words[0])
    if not known:
        return call.reply(Phrase.SKILL_UNKNOWN, name=code(words[0]))
    pin = yield from skills.pin_of(words[0])
    lines = (f"{_version_line(call, one)}{_mark(call, one, pin)}" for one in known)
    return Reply(text=bullets(lines))


def _version_line(call: Call, one: Proposal) -> str:
    by = call.say(
        Phrase.SKILL_BY,
        who=plain(one.asked_by) or "?",
        ago=ago(call.now - one.created_at, call.language),
    )
    return f"{code(short(one.digest))} · {call.say(Phrase(f'proposal_{one.state}'))} · {by}"


def _mark(call: Call, one: Proposal, pin: Pin | None) -> str:
    if pin is None or one.state is not ProposalState.APPROVED or one.digest != pin.digest:
        return ""
    words = Phrase.SKILL_IN_FORCE if pin.is_settled else Phrase.SKILL_BEING_PLACED
    return f" · **{call.say(words)}**"


def _approve(call: Call, words: Words) -> Script[Reply]:
    """Decide for a proposal: from now on its very files, and no others, are the skill."""
    one = yield from _waiting(words)
    if one is None or not (yield from _decide(call, one, ProposalState.APPROVED)):
        return call.reply(Phrase.SKILL_NOT_PENDING)
    yield from skills.decide_for(one.name, one.digest, str(call.person.user_id), call.now)
    return Reply(
        text=call.say(
            Phrase.SKILL_APPROVING,
            name=code(one.name),
            version=code(short(one.digest)),
            plain_name=one.name,
        ),
        aftermath=(SkillsDecided(),),
    )


def _deny(call: Call, words: Words) -> Script[Reply]:
    """Turn a proposal down, and tell whoever asked for it."""
    one = yield from _waiting(words)
    if one is None or not (yield from _decide(call, one, ProposalState.DENIED)):
        return call.reply(Phrase.SKILL_NOT_PENDING)
    if one.conversation_id is not None:
        talk = yield from conversations.find(one.conversation_id)
        text = say(Phrase.SKILL_TURNED_DOWN, talk.language, name=code(one.name))
        key = f"skill-denied:{one.proposal_id}"
        yield from outbox.enqueue(notice_to(talk, key, (text,), call.now), call.now)
    return call.reply(Phrase.SKILL_DENIED, name=code(one.name), version=code(short(one.digest)))


def _waiting(words: Words) -> Script[Proposal | None]:
    """Find the one proposal that waits and whose hash begins so."""
    if len(words) != 1 or not HASH.fullmatch(words[0].lower()):
        return None
    waiting = yield from skills.list_open()
    found = [one for one in waiting if one.digest.startswith(words[0].lower())]
    return found[0] if len(found) == 1 else None


def _decide(call: Call, one: Proposal, state: ProposalState) -> Script[bool]:
    by = str(call.person.user_id)
    return (yield from skills.decide(one.proposal_id, state, by, call.now))


def _roll_back(call: Call, words: Words) -> Script[Reply]:
    """Go back to a version that was in force before: the last one, or the one that is named."""
    if len(words) not in {1, 2}:
        return call.reply(Phrase.SKILLS_USAGE)
    name = words[0]
    pin = yield from skills.pin_of(name)
    if pin is None:
        return call.reply(Phrase.SKILL_NO_EARLIER, name=code(name))
    earlier = versions((yield from skills.history(name)))
    if len(words) == 1:
        return (yield from _return_to(call, name, _before(pin.digest, earlier)))
    asked = words[1].lower()
    found = {one for one in earlier if HASH.fullmatch(asked) and one.startswith(asked)}
    if len(found) != 1:
        return call.reply(Phrase.SKILL_VERSION_UNKNOWN, name=code(name), plain_name=name)
    return (yield from _return_to(call, name, found.pop()))


def _return_to(call: Call, name: str, digest: str | None) -> Script[Reply]:
    if digest is None:
        return call.reply(Phrase.SKILL_NO_EARLIER, name=code(name))
    yield from skills.decide_for(name, digest, str(call.person.user_id), call.now)
    phrase = Phrase.SKILL_REMOVING if digest == NO_VERSION else Phrase.SKILL_ROLLING_BACK
    text = call.say(phrase, name=code(name), version=code(short(digest)))
    return Reply(text=text, aftermath=(SkillsDecided(),))


def versions(known: Sequence[Proposal]) -> list[str]:
    """Return the hashes that were in force, in order: before the first approval, and since."""
    approved = [one for one in known if one.state is ProposalState.APPROVED]
    return [approved[0].base, *(one.digest for one in approved)] if approved else []


def _before(digest: str, earlier: Sequence[str]) -> str | None:
    """Return what stands before a version in that order; None where nothing does."""
    places = [number for number, one in enumerate(earlier) if one == digest]
    return earlier[places[-1] - 1] if places and places[-1] > 0 else None


ANSWERS: dict[str, Callable[[Call, Words], Script[Reply]]] = {
    "pending": _pending,
    "show": _show,
    "approve": _approve,
    "deny": _deny,
    "history": _history,
    "rollback": _roll_back,
}
