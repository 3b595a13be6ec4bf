"""The terminal as a channel: a WebSocket of the gateway's own HTTP server, and its client."""
