"""Segments, and the request that a gateway wants; no framework, no I/O."""
