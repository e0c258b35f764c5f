"""The private networks that requests to entered addresses may reach, as an operator allows them."""
