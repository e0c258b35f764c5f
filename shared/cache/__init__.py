"""Signals and counters between processes. They hold only what may be lost."""
