"""dispatch's doors."""
