"""Tests of the Slack channel's pure parts."""
