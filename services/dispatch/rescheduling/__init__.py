"""What happens to a published plan: another team, another half-day, a stop called off."""
