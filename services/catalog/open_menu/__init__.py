"""The menu for those outside: open data for other systems, and paper for offices without a network."""
