"""The conversations that are held while the process dies, and what must come of them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.phrases import Phrase, say
from tests.doubles.telegram_world import TelegramWorld

REPEATED_MARK = f"\n\n{say(Phrase.SENT_AGAIN, '')}"  # an answer whose first send proved nothing
ORPHAN_MARK = " …"  # the end of a preview whose send was cut and whose answer was sent anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One message of a person; `calls` are the unsafe tool calls that it asks for."""

    name: str
    text: str
    answer: str
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an observer sees in the chats and in the ledger of tool effects."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    reordered: tuple[str, ...] = ()
    repeated_calls: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    orphaned_previews: int = 0
    marked_repetitions: int = 0  # sent once more because nothing could be found out; counted

    @property
    def is_good(self) -> bool:
        """Nothing was lost, doubled, reordered, repeated or out of place."""
        return not any((self.lost, self.doubled, self.reordered, self.repeated_calls, self.strange))


@dataclass(slots=True)
class Ledger:
    """A file to which each unsafe call appends a line; it shows how often a call took effect."""

    path: Path
    expected: set[str] = field(default_factory=set)

    def command(self, call: str) -> str:
        """Return the marker of a call that leaves a line."""
        self.expected.add(call)
        arguments = json.dumps({"command": f"echo {call} >> {self.path}"})
        return f"[[tool:bash {arguments}]]"

    def repeated(self) -> tuple[str, ...]:
        """Return the calls that took effect more than once."""
        lines = self.path.read_text().split() if self.path.exists() else []
        return tuple(sorted(call for call, count in Counter(lines).items() if count > 1))


def question(ledger: Ledger, chat_id: int, number: int, calls: int) -> Question:
    """Make a question that asks for some unsafe calls."""
    name = f"q{number}-of-{chat_id}"
    markers = " ".join(ledger.command(f"{name}-call{call}") for call in range(calls))
    return Question(
        name=name, text=f"{name}\n{markers}".strip(), answer=f"answer to {name}", calls=calls
    )


def observe(
    world: TelegramWorld, ledger: Ledger, talks: Mapping[int, Sequence[Question]]
) -> Verdict:
    """Compare what stands in the chats with what was asked there."""
    lost: list[str] = []
    doubled: list[str] = []
    reordered: list[str] = []
    strange: list[str] = []
    orphans = marked = 0
    for chat_id, questions in talks.items():
        shown = [message.text for message in world.from_bot(chat_id)]
        seen = [text.removesuffix(REPEATED_MARK) for text in shown]
        marked += sum(text.endswith(REPEATED_MARK) for text in shown)
        expected = [one.answer for one in questions]
        orphans += sum(text.endswith(ORPHAN_MARK) for text in seen)
        answers = [text for text in seen if text in set(expected)]
        counts = Counter(answers)
        lost += [f"{chat_id}: {answer}" for answer in expected if not counts[answer]]
        doubled += [f"{chat_id}: {answer}" for answer, count in counts.items() if count > 1]
        if list(dict.fromkeys(answers)) != [one for one in expected if counts[one]]:
            reordered.append(f"{chat_id}: {answers}")
        strange += [
            f"{chat_id}: {text}"
            for text in seen
            if text not in set(expected) and not text.endswith(ORPHAN_MARK)
        ]
    return Verdict(
        lost=tuple(lost),
        doubled=tuple(doubled),
        reordered=tuple(reordered),
        repeated_calls=ledger.repeated(),
        strange=tuple(strange),
        orphaned_previews=orphans,
        marked_repetitions=marked,
    )
