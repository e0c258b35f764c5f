"""What is done with volunteers' entries."""
