"""Tests of rooms with real servers, files and processes."""
