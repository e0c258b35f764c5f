"""Changes to windows, posts, holders and pledges."""
