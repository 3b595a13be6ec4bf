"""The database: the only place that knows SQL and the ORM.

Reads, schema and migrations go through Tortoise ORM. Writes are *scripts*: generators that yield
`Statement`s and receive rows, and do no I/O themselves. `Database.transact` runs a script as one
transaction, on SQLite in the single writer thread, on PostgreSQL in a task of its own; neither can
be cancelled half-way.
"""
