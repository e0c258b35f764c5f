"""Windows of one kind compared on measured figures: never persons, and never on too few."""
