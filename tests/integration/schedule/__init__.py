"""The scheduler with its real alarm clock."""
