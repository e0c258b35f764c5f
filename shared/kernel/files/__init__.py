"""Files that people send along, such as a letter or a plan: what one is by its content, and what it may be called."""
