"""The room of skill versions."""
