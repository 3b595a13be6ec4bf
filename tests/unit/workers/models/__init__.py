"""Tests of the model adapters' parts."""
