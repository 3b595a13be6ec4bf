"""Agents at work: the one agent loop, the models it asks and the tools it uses.

The Manager and every Worker run the same loop; they differ in soul and tools only. Nothing here
knows a channel, a conversation or a database.
"""
