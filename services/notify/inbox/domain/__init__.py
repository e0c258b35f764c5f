"""The rules of recipients, messages and deliveries; no framework, no I/O."""
