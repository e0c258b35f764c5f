"""The rules of the directory and of the menu; no framework, no I/O."""
