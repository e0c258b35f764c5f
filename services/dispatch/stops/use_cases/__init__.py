"""What is done at stops."""
