"""The rules of an order; no framework, no I/O."""
