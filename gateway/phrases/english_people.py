"""What the service says to those who want in, and about people, in English."""

from gateway.phrases.names import Phrase

ENGLISH_PEOPLE: dict[Phrase, str] = {
    Phrase.PAIRING_CODE: (
        "Hello! I do not know you yet, so please give this code to an administrator of "
        "this bot:\n\n`{code}`\n\nThey let you in by typing `/approve {code}`. The "
        "code holds for one hour."
    ),
    Phrase.PAIRING_REMINDER: (
        "I have sent you a code already; I cannot show it again. An administrator can "
        "let you in with it. An hour after I sent it, write again and you get a fresh "
        "one."
    ),
    Phrase.PAIRING_FULL: (
        "Too many people are waiting to be let in just now. Please write again in an hour."
    ),
    Phrase.WELCOME: (
        "You have been let in. Write to me what you need; `/help` shows what else I understand."
    ),
    Phrase.CLAIM_DONE: "You are an administrator of this bot. `/help` shows what you can do.",
    Phrase.CLAIM_WRONG: (
        "This is not the code. After {tries} wrong ones nobody can claim this bot "
        "until it is restarted."
    ),
    Phrase.CLAIM_LOCKED: (
        "There were too many wrong codes, so this bot cannot be claimed now. "
        "Restarting it makes a fresh code."
    ),
    Phrase.CLAIM_REFUSED: (
        "This did not make you an administrator: the code is wrong, or there is an "
        "administrator already. It only works in a private chat."
    ),
    Phrase.ROLE_ADMIN: "administrator",
    Phrase.ROLE_MEMBER: "member",
    Phrase.ROLE_GUEST: "guest",
    Phrase.ROLE_BLOCKED: "blocked",
    Phrase.PAIR_NONE: "Nobody is waiting to be let in.",
    Phrase.PAIR_LINE: "asked {ago}, {span} left",
    Phrase.PAIR_HINT: "Ask them for their code, then write `/approve CODE` or `/deny CODE`.",
    Phrase.APPROVE_USAGE: (
        "Write `/approve CODE`, and `guest` or `admin` behind it if they shall not be a member."
    ),
    Phrase.APPROVE_WRONG: (
        "Nobody waits with this code: it is wrong, or its hour is over. Wrong codes "
        "left this hour: {left}."
    ),
    Phrase.APPROVE_LOCKED: (
        "There were too many wrong codes this hour. Please try again in the next one."
    ),
    Phrase.APPROVED: "{name} is let in as {role}, and is told so.",
    Phrase.APPROVED_BEFORE: "{name} had been let in before, as {role}.",
    Phrase.DENY_USAGE: "Write `/deny CODE`, or `/deny` and the identity that `/pair` shows.",
    Phrase.DENY_UNKNOWN: "No request has this code or identity.",
    Phrase.DENIED: "The request of {name} is turned down. They are not told.",
}
