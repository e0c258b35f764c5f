"""Reads of attendance and hours."""
