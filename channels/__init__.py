"""The door to each messenger.

A platform's payload becomes an `InboundMessage`; an `OutboundMessage` becomes API calls. This room
knows no task, no agent and no database, and imports none of the other rooms.
"""
