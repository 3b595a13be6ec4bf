"""Hand-written doubles of what lies outside."""
