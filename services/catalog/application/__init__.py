"""catalog's use cases: commands change, queries read."""
