"""Tests of the primitive tools."""
