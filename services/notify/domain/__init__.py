"""The rules of who is told what, and when; no framework, no I/O."""
