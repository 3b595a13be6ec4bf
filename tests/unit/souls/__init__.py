"""Tests of the souls room."""
