"""The workers that serve one task."""
