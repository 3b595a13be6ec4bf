"""`python -m gateway` is the command `crewdesk`."""

from gateway.cli.start import main

if __name__ == "__main__":
    main()
