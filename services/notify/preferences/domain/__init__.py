"""The rules of preferences; no framework, no I/O."""
