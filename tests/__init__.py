"""All tests and what they need."""
