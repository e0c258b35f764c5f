"""Both sides confirm a stop."""
