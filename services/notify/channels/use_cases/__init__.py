"""What goes beside the inbox, message by message or gathered, and what became of it."""
