"""How passwords are hashed."""
