"""What a volunteer has served, as dispatch records it, and certificates of it."""
