"""Tests of the Manager."""
