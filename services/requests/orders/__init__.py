"""Orders of the townships, from the draft to the ratings."""
