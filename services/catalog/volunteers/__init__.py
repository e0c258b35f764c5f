"""The people of the teams, their personal values, and what they may ask about them."""
