"""Tests of Telegram's pure parts."""
