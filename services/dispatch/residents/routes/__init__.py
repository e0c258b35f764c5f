"""The pages for residents, and their calendars."""
