"""How the corps words the messages itself: versions, a look at real facts, a trial, and the way back."""
