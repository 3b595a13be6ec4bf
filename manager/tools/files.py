"""The tool by which the Manager gives a person a file."""

import json
from dataclasses import asdict, dataclass
from typing import Final, Protocol

from workers.models.protocol import ToolSpec
from workers.models.wellformed import well_formed
from workers.tools.arguments import text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext

SEND_FILE: Final = "send_file"
MAX_CAPTION: Final = 1000  # characters; the smallest bound of a platform is a little above
PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "path": {
                "type": "string",
                "description": "relative to the working directory",
                "minLength": 1,
            },
            "caption": {
                "type": "string",
                "description": "a line that stands beside the file",
                "maxLength": MAX_CAPTION,
            },
        },
        "required": ["path"],
        "additionalProperties": False,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file as it will be sent; `copy` names what was kept of it."""

    copy: str
    name: str
    mime_type: str
    size_bytes: int
    caption: str


class FileDrop(Protocol):
    """Takes the files that go to the person along with the answer."""

    async def keep(self, path: str, caption: str, step_id: str) -> KeptFile:
        """Keep a copy of a file of the workspace; with the same `step_id` it replaces the former.

        Raises:
            ToolError: there is no such file, it is none, or it is too large.
        """


class SendFile:
    """`send_file`: the file, as it is now, goes to the person after the answer's words."""

    effect = Effect.IDEMPOTENT
    spec = ToolSpec(
        name=SEND_FILE,
        description=(
            "Give the person a file of your working directory. It is sent, as it is at this "
            "moment, right after the words of your answer; call it once for each file."
        ),
        parameters=PARAMETERS,
    )

    def __init__(self, drop: FileDrop) -> None:
        self._drop = drop

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Keep the file and return what was kept, as JSON."""
        path = well_formed(text_argument(arguments, "path"))
        caption = (
            well_formed(text_argument(arguments, "caption")) if arguments.get("caption") else ""
        )
        kept = await self._drop.keep(path, caption, context.step_id)
        return json.dumps({"ok": True, "sent_with_the_answer": asdict(kept)}, ensure_ascii=False)


def kept_file(result: str) -> KeptFile | None:
    """Read a file from what `send_file` returned; None where it returned an error."""
    try:
        read = json.loads(result)
        return KeptFile(**read["sent_with_the_answer"]) if read["ok"] else None
    except (ValueError, KeyError, TypeError):
        return None
