"""What subscribers and operators do, and what follows from the archive."""
