"""What Slack must be told of the app: permissions, events and its slash command.

`python -m channels.slack.manifest` writes it as JSON, which is the text that Slack takes under
"From a manifest" and "App Manifest".
"""

import json
import sys
from typing import Final

from channels.slack.payload import JsonObject

NAME: Final = "Crewdesk"

# Why each is asked for stands in docs/slack.md.
SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "metadata.message:read",
    "mpim:history",
    "reactions:write",
    "users:read",
)
EVENTS: Final = (
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
)


def manifest() -> JsonObject:
    """Return the app's manifest.

    Source: https://docs.slack.dev/reference/app-manifest
    """
    command: JsonObject = {
        "command": "/crewdesk",
        "description": "Talk to Crewdesk; /crewdesk help shows its commands",
        "usage_hint": "[command or text]",
        "should_escape": False,
    }
    return {
        "display_information": {"name": NAME},
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def main() -> None:
    """Write the manifest to standard output."""
    sys.stdout.write(json.dumps(manifest(), indent=2) + "\n")


if __name__ == "__main__":
    main()
