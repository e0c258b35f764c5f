"""What speaks to the outside: SMTP."""
