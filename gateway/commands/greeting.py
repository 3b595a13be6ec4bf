"""The commands for finding one's way: /start, /help and /claim."""

from gateway.commands.call import Call, Entry
from gateway.commands.command import Reply
from gateway.commands.layout import bullets, paragraphs, plain
from gateway.phrases import Phrase
from gateway.store.people import Role
from gateway.store.statement import Script


def start(call: Call) -> Script[Reply]:
    """Greet, and say what to do next."""
    yield from ()  # nothing to read or write
    return call.reply(Phrase.START, name=plain(call.person.name))


def show_help(call: Call) -> Script[Reply]:
    """List the commands that this person may use."""
    yield from ()  # nothing to read or write
    allowed = [one for one in call.entries if one.is_listed and call.person.role.reaches(one.needs)]
    for_admins = [one for one in allowed if one.needs is Role.ADMIN]
    for_all = [one for one in allowed if one.needs is not Role.ADMIN]
    blocks = [call.say(Phrase.HELP_INTRO), bullets(_line(call, one) for one in for_all)]
    if for_admins:
        blocks.append(call.say(Phrase.HELP_FOR_ADMINS))
        blocks.append(bullets(_line(call, one) for one in for_admins))
    return Reply(text=paragraphs(*blocks))


def claim(call: Call) -> Script[Reply]:
    """Say whether this person is an admin; a right code took effect at the gate."""
    yield from ()  # nothing to read or write
    return call.reply(Phrase.CLAIM_DONE if call.is_admin else Phrase.CLAIM_REFUSED)


def _line(call: Call, entry: Entry) -> str:
    usage = f" {entry.usage}" if entry.usage else ""
    return f"`/{entry.name}{usage}` — {call.say(entry.about)}"
