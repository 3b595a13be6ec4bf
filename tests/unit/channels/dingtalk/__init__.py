"""Tests of DingTalk's pure parts."""
