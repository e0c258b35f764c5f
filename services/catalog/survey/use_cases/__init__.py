"""What is done with surveys: asking, answering, deciding on the answers."""
