"""One suite of the store, over every database."""
