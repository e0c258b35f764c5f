"""Corrections of what was reported of a stop: what was said and what is so are both kept."""
