"""What waits for whoever asks, in catalog."""
