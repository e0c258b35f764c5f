"""What residents and stewards do with tickets."""
