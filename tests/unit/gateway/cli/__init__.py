"""Tests of what the command line shows, without a gateway."""
