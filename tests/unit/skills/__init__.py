"""Tests of the skills room."""
