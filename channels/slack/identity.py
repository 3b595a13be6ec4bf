"""Who the bot is in its workspace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BotIdentity:
    """The ids under which Slack knows the bot; `user_id` is what a mention names."""

    team_id: str
    user_id: str
    bot_id: str
    name: str
