"""Planning as a library: the problem and its rules, and what solves it. It knows nothing of the service around it."""
