"""Rules of stops and booths."""
