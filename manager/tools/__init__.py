"""The Manager's own tools, which no worker has."""
