"""Loads aiogram as the gateway does, when it is imported: before anything imports it directly."""

from channels.telegram.messenger import load_channel

load_channel()
