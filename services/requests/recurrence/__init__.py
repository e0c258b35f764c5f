"""Recurring orders (定期点单): what a township needs again and again, by a rule; each time is an order of its own."""
