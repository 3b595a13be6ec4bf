"""Tests of what channels do with text."""
