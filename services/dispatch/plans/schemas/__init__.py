"""HTTP bodies and answers of plans, runs, candidates and rules."""
