"""Corrections of orders that were served, and what follows from a correction."""
