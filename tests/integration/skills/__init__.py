"""Tests of the skills room with real child processes and a real HTTP server."""
