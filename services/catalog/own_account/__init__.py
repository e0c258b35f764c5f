"""What people do with their own account: see it, change the password, enrol a second factor."""
