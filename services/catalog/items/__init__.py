"""Service items: what the teams offer."""
