"""Putting an edition in force: what is in the way, publishing, withdrawing, and its end."""
