"""Tests of the messengers' doors."""
