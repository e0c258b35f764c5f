"""What stops and assignments can be asked."""
