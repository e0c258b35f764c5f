"""What catalog uses from outside: signing keys, and the hashing of passwords."""
