"""The rules of subscriptions, of what is told to whom, and of sending it again and again."""
