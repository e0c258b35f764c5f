"""Logs, metrics, and the trace that connects a request with all that it causes."""
