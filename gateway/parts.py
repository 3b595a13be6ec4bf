"""How something that is said becomes rows of the outbox."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.store.outbox import NewPart


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
