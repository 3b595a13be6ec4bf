"""Who an agent is: the catalog of souls, and one Markdown file for each packaged soul.

A soul says how an agent speaks and which tools it may use. This room imports none of the others.
"""
