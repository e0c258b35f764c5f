"""What is done with plans, runs, candidates and rules."""
