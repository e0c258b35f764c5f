"""What is known of every event: its schema, words for people, an example, and the document of them all."""
