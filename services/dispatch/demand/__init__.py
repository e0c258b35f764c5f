"""What the townships have ordered: the lines of accepted orders, and what has become of each."""
