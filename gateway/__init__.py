"""The service.

It knows all other rooms, puts them together in `gateway.app`, and is the only one that touches the
database, the clock and the environment.
"""
