"""Gate and commands as people meet them: through the intake, over every database."""
