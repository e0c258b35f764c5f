"""Copies of what dispatch says, certificates of it, and sheets for the day of service."""
