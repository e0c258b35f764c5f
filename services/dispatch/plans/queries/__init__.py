"""What plans, runs and candidates can be asked, and what is to be planned."""
