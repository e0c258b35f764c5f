"""Plans, stops and editions: many events, one message for each who is concerned."""
