"""What may be attached to an order, and what a file must be for that."""
