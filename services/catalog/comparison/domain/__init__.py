"""Monthly figures of windows, and what can be said of their differences."""
