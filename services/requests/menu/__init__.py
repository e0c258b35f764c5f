"""What can be ordered, and by whom: copies of what catalog published."""
