"""The rules of courses, of places in them, and of their tests."""
