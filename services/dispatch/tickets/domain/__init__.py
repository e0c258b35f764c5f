"""The rules of a booth's queue, and what can be told of waits."""
