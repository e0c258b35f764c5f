"""Changes to programmes, and what windows hand in for their stages."""
