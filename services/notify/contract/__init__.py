"""The contract with other systems: which events there are, what they say, and what of it is promised."""
