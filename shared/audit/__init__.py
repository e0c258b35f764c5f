"""Who did what, when, from where, with before and after: written with the change itself, sealed into a chain."""
