"""Orders that were served are corrected."""
