"""Planners. This is the only place that imports a solver, numpy or scipy."""
