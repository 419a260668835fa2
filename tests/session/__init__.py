"""Tests of the editing session."""
