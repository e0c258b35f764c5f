"""What is done about attendance."""
