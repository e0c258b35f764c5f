"""The rules of recurring orders; no framework, no I/O."""
