"""Tests of how CommonMark is shown on each platform."""
