"""diancai: the command line."""
