"""The survey (摸底) before an edition: what each team can do, and what follows for the items."""
