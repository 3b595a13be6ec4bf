"""What the gateway does with files, on each database."""
