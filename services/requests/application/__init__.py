"""requests' use cases: commands change, intake follows what others announce, queries read."""
