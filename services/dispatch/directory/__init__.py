"""Townships, teams, service items and campaigns, as catalog announces them."""
