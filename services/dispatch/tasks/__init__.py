"""What waits for whoever asks, in dispatch."""
