"""The Manager: its prompt, its tools, its rules of speech. Only the Manager speaks to people."""
