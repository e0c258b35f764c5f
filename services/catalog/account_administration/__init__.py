"""Making accounts for people and posts, and looking after them."""
