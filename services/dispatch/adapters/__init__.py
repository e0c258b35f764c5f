"""What dispatch uses from outside: the planner."""
