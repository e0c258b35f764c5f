"""Other government systems listen: they subscribe to public events, an operator says how much they are told, and
webhooks or a feed bring it to them from the archive."""
