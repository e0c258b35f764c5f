"""Campaigns: periods with a name and themes, for which orders are made."""
