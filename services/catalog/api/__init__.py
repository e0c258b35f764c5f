"""catalog's doors."""
