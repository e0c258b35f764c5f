"""Access tokens of OpenID Connect: the keys that sign them, and what they say about the caller."""
