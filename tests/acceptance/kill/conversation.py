"""The conversations that are held while the process dies, and what must come of them."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.phrases import Phrase, say
from tests.acceptance.messengers.messenger import Messenger, Place

# The end of an answer whose first send proved nothing; some messengers show the markup as it is.
REPEATED_MARK = re.compile(rf"\n+[_*]?{re.escape(say(Phrase.SENT_AGAIN, ''))}[_*]?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One message of a person; `calls` are the unsafe tool calls that it asks for."""

    name: str
    text: str
    answer: str
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A place, and what is asked there in order."""

    messenger: Messenger
    place: Place
    questions: list[Question] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How reports name it."""
        return f"{self.messenger.name}-{self.place.person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an observer sees in the chats and in the ledger of tool effects.

    `orphaned_previews` and `marked_repetitions` are counted by messenger: previews whose send was
    cut and whose answer was sent anew, and answers that were sent once more because nothing could
    be found out.
    """

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    reordered: tuple[str, ...] = ()
    repeated_calls: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    orphaned_previews: Counter[str] = field(default_factory=Counter)
    marked_repetitions: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        """Nothing was lost, doubled, reordered, repeated or out of place."""
        return not any((self.lost, self.doubled, self.reordered, self.repeated_calls, self.strange))


@dataclass(slots=True)
class Ledger:
    """A file to which each unsafe call appends a line; it shows how often a call took effect."""

    path: Path
    expected: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make the file: a command can write it, but adds nothing beside the data directory."""
        self.path.touch()

    def command(self, call: str) -> str:
        """Return the marker of a call that leaves a line."""
        self.expected.add(call)
        arguments = json.dumps({"command": f"echo {call} >> {self.path}"})
        return f"[[tool:bash {arguments}]]"

    def repeated(self) -> tuple[str, ...]:
        """Return the calls that took effect more than once."""
        lines = self.path.read_text().split()
        return tuple(sorted(call for call, count in Counter(lines).items() if count > 1))


def question(ledger: Ledger, talk: Talk, number: int, calls: int) -> Question:
    """Make a question that asks for some unsafe calls."""
    name = f"q{number}-of-{talk.name}"
    markers = " ".join(ledger.command(f"{name}-call{call}") for call in range(calls))
    return Question(
        name=name, text=f"{name}\n{markers}".strip(), answer=f"answer to {name}", calls=calls
    )


def observe(talks: Sequence[Talk], ledger: Ledger) -> Verdict:
    """Compare what stands in the chats with what was asked there."""
    lost: list[str] = []
    doubled: list[str] = []
    reordered: list[str] = []
    strange: list[str] = []
    orphans: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for talk in talks:
        shown = talk.messenger.shown(talk.place)
        orphans[talk.messenger.name] += sum(one.is_growing for one in shown)
        texts = [one.text for one in shown if not one.is_growing]
        seen = [REPEATED_MARK.sub("", text) for text in texts]
        marked[talk.messenger.name] += sum(map(str.__ne__, texts, seen))
        expected = [one.answer for one in talk.questions]
        answers = [text for text in seen if text in set(expected)]
        counts = Counter(answers)
        lost += [f"{talk.name}: {answer}" for answer in expected if not counts[answer]]
        doubled += [f"{talk.name}: {answer}" for answer, count in counts.items() if count > 1]
        if list(dict.fromkeys(answers)) != [one for one in expected if counts[one]]:
            reordered.append(f"{talk.name}: {answers}")
        strange += [f"{talk.name}: {text}" for text in seen if text not in set(expected)]
    return Verdict(
        lost=tuple(lost),
        doubled=tuple(doubled),
        reordered=tuple(reordered),
        repeated_calls=ledger.repeated(),
        strange=tuple(strange),
        orphaned_previews=orphans,
        marked_repetitions=marked,
    )
