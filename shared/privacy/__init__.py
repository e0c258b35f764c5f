"""A person's rights in every service: to see what it stores about them, and to have it deleted."""
