"""Who may serve and when: volunteers as catalog announces them, and the days on which they or their teams can't."""
