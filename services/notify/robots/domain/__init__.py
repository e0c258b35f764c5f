"""Robots, their limits, and what they say; no framework, no I/O."""
