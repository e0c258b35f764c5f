"""notify's doors."""
