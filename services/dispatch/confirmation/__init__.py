"""Both sides say whether a stop's half-day suits them, or ask for another."""
