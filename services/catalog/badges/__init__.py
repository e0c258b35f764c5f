"""Badges of those who hold posts of windows: issued, printed, revoked, and verified by anybody."""
