"""What comes of a part, whatever comes of its calls."""
