"""The one agent loop, which Manager and Workers share."""
