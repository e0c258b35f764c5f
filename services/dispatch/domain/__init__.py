"""The rules of plans, stops and assignments; no framework, no I/O."""
