"""Stops and their booths: which team is where and when, and what it did there."""
