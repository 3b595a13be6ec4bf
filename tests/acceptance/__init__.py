"""What people see of the whole service: real processes, doubles only for the world outside."""
