"""Planners in processes of their own."""
