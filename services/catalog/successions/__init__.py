"""What takes the place of something else: a township's new division code, and entries that are merged."""
