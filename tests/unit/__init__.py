"""Tests without I/O, one package per room."""
