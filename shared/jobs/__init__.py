"""Long or postponed work as leased rows: one mechanism for planning, mail, and what else takes its time."""
