"""What operators see: logs, metrics, and the trace that ties one request to all it causes."""
