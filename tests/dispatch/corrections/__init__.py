"""What was reported of a stop is corrected."""
