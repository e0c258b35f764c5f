"""What residents see without an account: the services that come to a township, and one stop."""
