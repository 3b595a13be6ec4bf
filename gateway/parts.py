"""How something that is said becomes rows of the outbox."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from gateway.outgoing import SentFile
from gateway.store.conversations import Conversation
from gateway.store.outbox import NewPart, OutboxKind

DECISIONS_KEPT = timedelta(
    days=1
)  # word of a decision, or of one to take, is worth sending this long


def numbered(template: NewPart, texts: Sequence[str]) -> tuple[NewPart, ...]:
    """Make one part per text after a template.

    Only the first replies to a message, and only the last one offers options.
    """
    return tuple(
        replace(
            template,
            part_key=f"{template.part_key}:{number}",
            part_no=number,
            text=text,
            reply_to=template.reply_to if number == 0 else "",
            options=template.options if number == len(texts) - 1 else (),
        )
        for number, text in enumerate(texts)
    )


def notice_to(
    talk: Conversation, key: str, texts: Sequence[str], now: datetime
) -> tuple[NewPart, ...]:
    """Make the parts of a word about a decision; under the same key it is said once there."""
    template = NewPart(
        part_key=f"{key}:{talk.conversation_id}",
        kind=OutboxKind.NOTICE,
        conversation_id=talk.conversation_id,
        channel=talk.address.channel,
        part_no=0,
        text="",
        expires_at=now + DECISIONS_KEPT,
    )
    return numbered(template, texts)


def file_parts(last: NewPart, task_id: UUID, files: Sequence[SentFile]) -> tuple[NewPart, ...]:
    """Make one part per file, to follow the last part of the words.

    The key is that of the step which sent the file, so it is said once, whether with a question or
    with the answer.
    """
    return tuple(
        replace(
            last,
            part_key=f"{task_id}:file:{one.step_key}",
            part_no=number,
            text=one.caption,
            reply_to="",
            file=one.file,
        )
        for number, one in enumerate(files, start=last.part_no + 1)
    )
