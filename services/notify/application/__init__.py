"""notify's use cases: commands change, queries read."""
