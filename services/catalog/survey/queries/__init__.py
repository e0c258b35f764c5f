"""What can be asked about surveys."""
