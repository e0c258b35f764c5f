"""What waits for somebody, and which coordinator works on it."""
