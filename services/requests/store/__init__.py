"""requests' tables, and how the domain's classes lie in them."""
