"""Issuing and revoking badges, and counting who verified them."""
