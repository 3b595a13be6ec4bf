"""The process is killed at any instant, and everything must still come right."""
