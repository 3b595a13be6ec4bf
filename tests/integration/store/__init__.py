"""What only one of the databases does, on real disks and in real processes."""
