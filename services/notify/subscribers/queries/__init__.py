"""Reads: which events there are, subscriptions, their deliveries and their feed."""
