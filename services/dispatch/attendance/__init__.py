"""Who was at a booth, from when to when, by check-ins and check-outs."""
