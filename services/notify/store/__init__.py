"""notify's tables, and how the domain's classes lie in them."""
