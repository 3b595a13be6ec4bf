"""Slack as a channel, in Socket Mode."""
