"""Files that belong to an order: a plan of the place, a letter, a photograph."""
