"""Numbered steps of the schema, forward only."""
