"""The rules of digests, and the copies of stops and editions; no framework, no I/O."""
