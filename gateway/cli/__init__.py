"""The command line: run the gateway, talk to it, see what it did, find out what is wrong."""
