"""Text messages by any gateway that a request describes, within a ceiling a day and outside quiet hours."""
