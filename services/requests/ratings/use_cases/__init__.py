"""What can be done with ratings: by residents without an account, and by everybody else."""
