"""Doors: routes in, problems out, texts in the reader's language, health, the event feed."""
