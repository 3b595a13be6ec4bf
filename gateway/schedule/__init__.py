"""Schedules: when they are due, what fires, and what becomes of the runs."""
