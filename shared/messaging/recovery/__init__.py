"""Finds events that got lost between two services, and sends them again."""
