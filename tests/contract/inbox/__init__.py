"""One suite of the inbox, over every database."""
