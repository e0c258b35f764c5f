"""How each recipient wants to be told: by which channels, for each kind of message, and when not."""
