"""Entries that are likely to be one, and those of which a coordinator has said that they are two."""
