"""What `crewdesk doctor` looks at; each check returns what it found and changes nothing."""
