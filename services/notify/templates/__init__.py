"""The texts of messages: templates in two languages, filled when somebody reads."""
