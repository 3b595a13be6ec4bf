"""Tests of the doubles: they behave as the real ones are documented."""
