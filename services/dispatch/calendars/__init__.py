"""Calendars that phones subscribe to by a secret address: a volunteer's duties, a team's stops, a township's stops."""
