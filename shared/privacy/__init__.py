"""What a person may ask of every service: to see what it holds, and to have it deleted."""
