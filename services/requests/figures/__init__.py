"""The figures of a campaign: what was ordered, served and rated."""
