"""What several channels do with text: pure functions, no platform."""
