"""What is done to rosters."""
