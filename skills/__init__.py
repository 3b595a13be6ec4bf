"""What agents can do beyond the primitive tools: the catalog of skills, and a folder for each.

A skill is a folder in the Agent Skills format (https://agentskills.io/specification) that runs in
a child process within limits. This room imports none of the others.
"""
