"""Messages whose receipt matters: acknowledged by whoever got them, or brought before the corps."""
