"""catalog: what is on offer, and who can do it (制单)."""
