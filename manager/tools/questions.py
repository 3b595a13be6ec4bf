"""The tool by which the Manager asks a person."""

import json
from typing import Final

from workers.errors import Suspended
from workers.models.protocol import ToolSpec
from workers.models.wellformed import well_formed
from workers.tools.arguments import text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext

ASK_USER: Final = "ask_user"
PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "question": {"type": "string", "pattern": "\\S"},
            "options": {
                "type": "array",
                "items": {"type": "string", "pattern": "\\S"},
                "maxItems": 10,
            },
        },
        "required": ["question"],
        "additionalProperties": False,
    }
)


class AskUser:
    """`ask_user`: the run waits, without holding anything, until the person has answered."""

    effect = Effect.IDEMPOTENT
    spec = ToolSpec(
        name=ASK_USER,
        description="Ask the person one question and wait for the answer.",
        parameters=PARAMETERS,
    )

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Suspend the run; the answer becomes this call's result.

        Raises:
            Suspended: always.
        """
        del context
        listed = arguments.get("options")
        options = listed if isinstance(listed, list) else []
        raise Suspended(
            "an answer to a question",
            question=well_formed(text_argument(arguments, "question")),
            options=tuple(well_formed(str(option)) for option in options),
        )
