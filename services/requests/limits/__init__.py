"""Until when a campaign takes orders, and how much a township may order in it."""
