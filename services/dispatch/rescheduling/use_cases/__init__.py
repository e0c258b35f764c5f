"""Another team for a booth, another half-day for a stop, a stop called off."""
