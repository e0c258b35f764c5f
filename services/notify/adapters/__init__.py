"""Ways out of notify."""
