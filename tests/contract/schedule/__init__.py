"""Schedules over every database."""
