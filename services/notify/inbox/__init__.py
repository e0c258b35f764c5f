"""Recipients, their messages, and what is to be delivered beside the inbox."""
