"""What is done with activities, registrations and photos."""
