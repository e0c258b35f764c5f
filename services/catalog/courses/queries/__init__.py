"""Reads of courses, of who takes part, and of tests."""
