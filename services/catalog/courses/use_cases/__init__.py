"""What is done with courses, places in them, and tests."""
