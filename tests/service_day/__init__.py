"""The day of service, lived through by residents, stewards and volunteers of dice, while the system is killed."""
