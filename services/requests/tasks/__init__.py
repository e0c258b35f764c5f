"""What waits for somebody, of all capabilities."""
