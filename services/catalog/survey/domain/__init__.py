"""The rules of surveys: what a team answers, and what all answers mean for an item."""
