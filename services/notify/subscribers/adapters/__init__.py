"""How webhooks leave this system."""
