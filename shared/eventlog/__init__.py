"""The event log of a service: what it has published, numbered, in the order in which readers may
see it.
"""
