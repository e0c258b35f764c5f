"""The day of service, lived through by residents and stewards of dice, while the system is killed."""
