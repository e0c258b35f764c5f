"""Reading activities, who takes part in them, and their photos."""
