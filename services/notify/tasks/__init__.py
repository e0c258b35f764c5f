"""What waits for whoever asks, of what notify owns."""
