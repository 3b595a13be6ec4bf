"""Telegram, Slack and DingTalk on this machine, all spoken to in the same way."""
