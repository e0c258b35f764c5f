"""Searches for plans: the only place that imports a solver and its arrays."""
