"""Versions of skills: how they are examined and reported on, and where they lie on the disk."""
